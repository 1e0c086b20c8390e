package io.cade.agent.linux;

import com.pi4j.context.Context;
import com.pi4j.context.ContextBuilder;
import com.pi4j.io.exception.IOException;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.i2c.I2CProviderBase;
import java.util.HashMap;
import java.util.Map;

/**
 * Pi4J I²C provider on {@code /dev/i2c-N}; each device file is opened once, at its first chip, and
 * stays open with the process. Thread-safe.
 */
public final class LinuxI2cProvider extends I2CProviderBase {
  // Guarded by this.
  private final Map<Integer, I2cDeviceFile> open = new HashMap<>();

  public LinuxI2cProvider() {
    super("cade-linux-i2c", "I2C of Linux");
  }

  /** A context with this provider only: nothing is searched for, no banner is logged. */
  public static Context newContext() {
    return ContextBuilder.newInstance()
        .noAutoDetect()
        .noAutoInject()
        .disableShutdownHook()
        .add(new LinuxI2cProvider())
        .build();
  }

  @Override
  public I2C create(I2CConfig config) {
    I2C device = new LinuxI2c(this, config, bus(config.bus()));
    context().registry().add(device);
    return device;
  }

  private synchronized I2cDeviceFile bus(int number) {
    I2cDeviceFile bus = open.get(number);
    if (bus == null) {
      try {
        bus = new I2cDeviceFile(number);
      } catch (java.io.IOException e) {
        throw new IOException(e.getMessage(), e);
      }
      open.put(number, bus);
    }
    return bus;
  }
}
