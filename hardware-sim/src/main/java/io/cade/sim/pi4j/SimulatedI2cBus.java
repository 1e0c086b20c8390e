package io.cade.sim.pi4j;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CBus;
import io.cade.sim.device.I2cWire;
import java.util.concurrent.Callable;

/**
 * Pi4J's view of a wire. Its lock is the wire's own, because the same wire may hang on several
 * contexts, one per card.
 */
record SimulatedI2cBus(I2cWire wire) implements I2CBus {

  @Override
  public <R> R execute(I2C i2c, Callable<R> action) {
    return wire.locked(() -> {
      try {
        return action.call();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new Pi4JException(wire + ": action on the locked bus failed", e);
      }
    });
  }
}
