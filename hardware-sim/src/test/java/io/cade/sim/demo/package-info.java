@NullMarked
package io.cade.sim.demo;

import org.jspecify.annotations.NullMarked;
