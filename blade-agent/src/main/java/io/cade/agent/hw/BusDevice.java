package io.cade.agent.hw;

import com.pi4j.context.Context;
import com.pi4j.io.i2c.I2C;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One chip's address on one bus: the only place that touches Pi4J, so the only place where its
 * unchecked exceptions become {@link BusException}.
 *
 * <p>Uses two calls of {@link I2C} only, register read into a whole buffer and plain write of a
 * whole array, because these are the two that every provider sends as the data sheets draw them:
 * write-pointer, repeated START, read; and pointer with data in ONE write message. (The register
 * writes of Pi4J 4.0's FFM provider put a repeated START between pointer and data, which LM75 and
 * PCA9555 take for a new pointer; its single-byte register read asks for zero bytes; both ignore
 * offset and length.)
 *
 * <p>Opened at first use and again after a failed opening: a bus that appears later is found then.
 * Owned by one thread at a time: whoever holds the aggregate's lock, or the driver's only user.
 */
final class BusDevice implements AutoCloseable {

  private final Context context;
  private final int bus;
  private final int address;
  private final String chip;
  private @Nullable I2C i2c;

  BusDevice(Context context, int bus, int address, String chip) {
    // 7-bit addresses 0x00-0x07 and 0x78-0x7f are reserved by the I2C-bus specification (UM10204,
    // 3.1.12).
    if (address < 0x08 || address > 0x77) {
      throw new IllegalArgumentException("I2C address out of 0x08..0x77: " + address);
    }
    if (bus < 0) {
      throw new IllegalArgumentException("I2C bus number must not be negative: " + bus);
    }
    this.context = context;
    this.bus = bus;
    this.address = address;
    this.chip = chip;
  }

  int readByte(int register) throws BusException {
    return read(register, 1)[0] & 0xff;
  }

  byte[] read(int register, int length) throws BusException {
    byte[] buffer = new byte[length];
    int count;
    try {
      count = open().readRegister(register, buffer);
    } catch (RuntimeException e) {
      throw failure("read of register 0x" + hex(register), e);
    }
    if (count < length) {
      throw new BusException(
          this
              + ": read of register 0x"
              + hex(register)
              + " gave "
              + count
              + " of "
              + length
              + " bytes");
    }
    return buffer;
  }

  void write(int register, int... values) throws BusException {
    byte[] message = new byte[values.length + 1];
    message[0] = (byte) register;
    for (int i = 0; i < values.length; i++) {
      message[i + 1] = (byte) values[i];
    }
    try {
      open().write(message);
    } catch (RuntimeException e) {
      throw failure("write of register 0x" + hex(register), e);
    }
  }

  /** Gives the address back to the context, so that it can be opened again. Never throws. */
  @Override
  public void close() {
    I2C open = i2c;
    i2c = null;
    if (open != null) {
      try {
        // By id: this path is synchronized in Pi4J's registry, the one by object is not;
        // I2C.close() alone leaves it registered.
        context.shutdown(open.id());
      } catch (RuntimeException e) {
        // Already gone with its context: the aim, an unused address, is reached.
        return;
      }
    }
  }

  private I2C open() {
    I2C open = i2c;
    if (open == null) {
      String id = "i2c-" + bus + "-" + hex(address);
      open =
          context.create(
              I2C.newConfigBuilder(context)
                  .id(id)
                  .name(id)
                  .description(chip)
                  .bus(bus)
                  .device(address)
                  .build());
      i2c = open;
    }
    return open;
  }

  private BusException failure(String action, RuntimeException e) {
    Throwable root = e;
    // Bounded: a chain of causes may, by a provider's mistake, be a ring.
    for (int depth = 0; depth < 16 && root.getCause() != null; depth++) {
      root = root.getCause();
    }
    if (root instanceof InterruptedException) {
      // Pi4J swallows the flag while it waits for the bus; the caller's loop must still see it.
      Thread.currentThread().interrupt();
    }
    String reason = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return new BusException(this + ": " + action + " failed: " + reason, e);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s at 0x%02x on I2C bus %d", chip, address, bus);
  }

  private static String hex(int value) {
    return HexFormat.of().toHexDigits((byte) value);
  }
}
