/**
 * Register-accurate models of the chips on the management buses (SPEC C5), and the two-wire bus
 * that joins them. A model has two sides: the bus side ({@link io.cade.sim.device.I2cDevice}, byte
 * by byte as on the wire) and the physical side (temperature, fan speed, pin levels). Neither has a
 * lock of its own: whoever touches a model holds the lock of the {@link io.cade.sim.device.I2cWire}
 * it hangs on.
 */
@NullMarked
package io.cade.sim.device;

import org.jspecify.annotations.NullMarked;
