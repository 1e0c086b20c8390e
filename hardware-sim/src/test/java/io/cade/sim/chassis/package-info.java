@NullMarked
package io.cade.sim.chassis;

import org.jspecify.annotations.NullMarked;
