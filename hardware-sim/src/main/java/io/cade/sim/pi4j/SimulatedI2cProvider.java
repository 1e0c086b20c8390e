package io.cade.sim.pi4j;

import com.pi4j.io.exception.IOException;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.i2c.I2CProviderBase;
import io.cade.sim.device.I2cWire;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Pi4J I2C provider whose buses are {@link I2cWire}s. Handed to the context by its builder, never
 * found by class path scanning. Thread-safe if its lookup is.
 */
public final class SimulatedI2cProvider extends I2CProviderBase {

  private final IntFunction<@Nullable I2cWire> wires;

  /**
   * Creates the provider of one context.
   *
   * @param wires bus number to wire; null where there is no such bus
   */
  public SimulatedI2cProvider(IntFunction<@Nullable I2cWire> wires) {
    super("cade-sim-i2c", "Simulated I2C");
    this.wires = wires;
  }

  @Override
  public I2C create(I2CConfig config) {
    I2cWire wire = wires.apply(config.bus());
    if (wire == null) {
      throw new IOException("there is no simulated I2C bus " + config.bus());
    }
    SimulatedI2c device = new SimulatedI2c(this, config, new SimulatedI2cBus(wire));
    context().registry().add(device);
    return device;
  }
}
