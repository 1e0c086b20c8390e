@NullMarked
package io.cade.sim.control;

import org.jspecify.annotations.NullMarked;
