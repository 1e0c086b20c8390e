package io.cade.agent.hw;

import com.pi4j.context.Context;

/**
 * Driver of the PCA9555 16-bit I/O expander: presence, handle and power-good inputs, LED and
 * power-switch outputs. Source: NXP PCA9555 data sheet rev. 10, §6.2 (registers come in pairs; port
 * 0 is the low byte of every word here, pin IO1_7 bit 15).
 *
 * <p>After power-on all pins are inputs. Not thread-safe: one owner thread, or the lock of the
 * aggregate that holds it.
 */
public final class Pca9555 implements AutoCloseable {

  static final int INPUT = 0x00;
  static final int OUTPUT = 0x02;
  static final int POLARITY = 0x04;
  static final int CONFIGURATION = 0x06;

  private final BusDevice device;

  /**
   * Prepares the driver; the bus is touched at the first call.
   *
   * @param address 7 bits, 0x20 to 0x27 by the chip's address pins
   */
  public Pca9555(Context context, int bus, int address) {
    this.device = new BusDevice(context, bus, address, "I/O expander PCA9555");
  }

  /** Levels of all 16 pins, inverted where the polarity register says so. */
  public int inputs() throws BusException {
    return word(INPUT);
  }

  /** What was last written to the output latches, which need not be the level of a pin. */
  public int outputs() throws BusException {
    return word(OUTPUT);
  }

  /** Writes the output latches; seen on pins that are configured as outputs. */
  public void setOutputs(int levels) throws BusException {
    write(OUTPUT, levels);
  }

  /** Changes only the latches in {@code mask}. */
  public void setOutputs(int mask, int levels) throws BusException {
    write(OUTPUT, (outputs() & ~mask) | (levels & mask));
  }

  /** Makes the pins in {@code mask} inputs and all others outputs. */
  public void setInputPins(int mask) throws BusException {
    write(CONFIGURATION, mask);
  }

  /** Which pins are inputs. */
  public int inputPins() throws BusException {
    return word(CONFIGURATION);
  }

  /** Inverts the pins in {@code mask} when they are read. */
  public void setInverted(int mask) throws BusException {
    write(POLARITY, mask);
  }

  @Override
  public void close() {
    device.close();
  }

  @Override
  public String toString() {
    return device.toString();
  }

  private int word(int register) throws BusException {
    byte[] pair = device.read(register, 2);
    return (pair[0] & 0xff) | (pair[1] & 0xff) << 8;
  }

  private void write(int register, int word) throws BusException {
    if (word < 0 || word > 0xffff) {
      throw new IllegalArgumentException("PCA9555 has 16 pins, got 0x" + Integer.toHexString(word));
    }
    device.write(register, word & 0xff, word >> 8);
  }
}
