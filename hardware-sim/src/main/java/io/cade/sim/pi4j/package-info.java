/**
 * A Pi4J I2C provider without hardware (SPEC C5): it maps bus number and address to a device model,
 * so that the drivers of the agent run unchanged. {@link io.cade.sim.pi4j.SimulatedBuses} is the
 * way in.
 */
@NullMarked
package io.cade.sim.pi4j;

import org.jspecify.annotations.NullMarked;
