@NullMarked
package io.cade.sim.os;

import org.jspecify.annotations.NullMarked;
