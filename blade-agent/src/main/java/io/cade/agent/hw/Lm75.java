package io.cade.agent.hw;

import com.pi4j.context.Context;

/**
 * Driver of the LM75 digital temperature sensor and thermal watchdog and of its pin- and
 * register-compatible relatives. Sources: TI LM75B data sheet SNOS808 (registers 1.8–1.11), NXP
 * LM75B rev. 6.1 §7.4, TI TMP102 SBOS397 §7.5.
 *
 * <p>Range −55 to +125 °C. Not thread-safe: one owner thread, or the lock of the aggregate that
 * holds it.
 */
public final class Lm75 implements AutoCloseable {

  /**
   * How many bits of the temperature register are meant; the rest is noise or another chip's flag.
   */
  public enum Variant {
    /** LM75, LM75A/B of TI: 9 bits of 0.5 °C. */
    LM75(9),
    /** LM75B of NXP: 11 bits of 0.125 °C. */
    LM75B(11),
    /**
     * TMP102: 12 bits of 0.0625 °C, or 13 bits in extended mode, which bit 0 of the register shows.
     */
    TMP102(12);

    private final int bits;

    Variant(int bits) {
      this.bits = bits;
    }
  }

  static final int TEMPERATURE = 0x00;
  static final int CONFIGURATION = 0x01;
  static final int HYSTERESIS = 0x02;
  static final int OVER_TEMPERATURE = 0x03;

  private final BusDevice device;
  private final Variant variant;

  /**
   * Prepares the driver; the bus is touched at the first call.
   *
   * @param address 7 bits, 0x48 to 0x4f by the chip's address pins
   */
  public Lm75(Context context, int bus, int address, Variant variant) {
    this.device = new BusDevice(context, bus, address, "temperature sensor " + variant);
    this.variant = variant;
  }

  /** The last conversion, degrees Celsius. */
  public double temperatureCelsius() throws BusException {
    return decode(register(TEMPERATURE), variant);
  }

  /** The over-temperature limit T_OS, degrees Celsius; 80 after power-on. */
  public double overTemperatureCelsius() throws BusException {
    return decode(register(OVER_TEMPERATURE), Variant.LM75);
  }

  /** The hysteresis limit T_HYST below which the alert ends, degrees Celsius; 75 after power-on. */
  public double hysteresisCelsius() throws BusException {
    return decode(register(HYSTERESIS), Variant.LM75);
  }

  /**
   * Sets both limits of the alert output, rounded to 0.5 °C, the coarsest that every variant has.
   *
   * @throws IllegalArgumentException unless −55 ≤ hysteresis &lt; over-temperature ≤ 125
   */
  public void setLimits(double overTemperatureCelsius, double hysteresisCelsius)
      throws BusException {
    if (!(hysteresisCelsius >= -55
        && hysteresisCelsius < overTemperatureCelsius
        && overTemperatureCelsius <= 125)) {
      throw new IllegalArgumentException(
          "temperature limits must satisfy -55 <= hysteresis < over-temperature <= 125, got hysteresis "
              + hysteresisCelsius
              + " and over-temperature "
              + overTemperatureCelsius);
    }
    writeHalfDegrees(OVER_TEMPERATURE, overTemperatureCelsius);
    writeHalfDegrees(HYSTERESIS, hysteresisCelsius);
  }

  /**
   * What the O.S. output does, and after how many conversions beyond a limit.
   *
   * @param interrupt active until a register is read, else (comparator) until it is cool again
   * @param faults 1, 2, 4 or 6
   */
  public void configure(boolean interrupt, int faults) throws BusException {
    int queue =
        switch (faults) {
          case 1 -> 0;
          case 2 -> 1;
          case 4 -> 2;
          case 6 -> 3;
          default ->
              throw new IllegalArgumentException("the fault queue has 1, 2, 4 or 6, not " + faults);
        };
    device.write(CONFIGURATION, (interrupt ? 0x02 : 0) | queue << 3);
  }

  /** Stops converting, or goes on; the temperature register keeps its value meanwhile. */
  public void setShutdown(boolean shutdown) throws BusException {
    int now = device.readByte(CONFIGURATION);
    device.write(CONFIGURATION, shutdown ? now | 1 : now & ~1);
  }

  /** Whether the unused bits of all registers read as this family's do. */
  public boolean identify() throws BusException {
    return (device.readByte(CONFIGURATION) & 0xe0) == 0
        && (register(HYSTERESIS) & 0x7f) == 0
        && (register(OVER_TEMPERATURE) & 0x7f) == 0
        && (register(TEMPERATURE) & 0x1f) == 0;
  }

  @Override
  public void close() {
    device.close();
  }

  private void writeHalfDegrees(int register, double celsius) throws BusException {
    int raw = (int) Math.round(celsius * 2) << 7;
    device.write(register, raw >> 8 & 0xff, raw & 0xff);
  }

  private int register(int register) throws BusException {
    byte[] word = device.read(register, 2);
    return word[0] << 8 | (word[1] & 0xff);
  }

  /**
   * Left-justified two's complement, most significant byte first; {@code word} is sign-extended
   * from 16 bits.
   */
  static double decode(int word, Variant variant) {
    // TMP102 §7.3.2: in extended mode the value starts one bit lower, so 1 °C is bit 7, not bit 8.
    if (variant == Variant.TMP102 && (word & 1) == 1) {
      return (word >> 3) / 16.0;
    }
    int shift = 16 - variant.bits;
    return (word >> shift << shift) / 256.0;
  }
}
