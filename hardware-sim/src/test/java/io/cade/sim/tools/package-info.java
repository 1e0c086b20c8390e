@NullMarked
package io.cade.sim.tools;

import org.jspecify.annotations.NullMarked;
