/** The simulator as a process: a cabinet and its hubs on the loopback network. */
@NullMarked
package io.cade.sim.app;

import org.jspecify.annotations.NullMarked;
