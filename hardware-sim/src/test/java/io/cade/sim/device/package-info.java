@NullMarked
package io.cade.sim.device;

import org.jspecify.annotations.NullMarked;
