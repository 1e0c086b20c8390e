@NullMarked
package io.cade.sim.pi4j;

import org.jspecify.annotations.NullMarked;
