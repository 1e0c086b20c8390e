package io.cade.agent.hw;

import com.pi4j.context.Context;

/**
 * Driver of the INA226 current and power monitor. Source: TI INA226 data sheet SBOS547A, §7.6
 * (registers), §7.5 (programming: calibration, equation 1 to 4).
 *
 * <p>The chip forgets its calibration when its supply goes; then its current register reads 0
 * whatever flows. The driver notices that (a shunt voltage without current) and sets it again. Not
 * thread-safe: one owner thread, or the lock of the aggregate that holds it.
 */
public final class Ina226 implements AutoCloseable {

  /** How many samples are averaged (bits AVG). */
  public enum Averaging {
    OF_1(0),
    OF_4(1),
    OF_16(2),
    OF_64(3),
    OF_128(4),
    OF_256(5),
    OF_512(6),
    OF_1024(7);

    private final int code;

    Averaging(int code) {
      this.code = code;
    }
  }

  /** Duration of one conversion, microseconds (bits VBUSCT, VSHCT). */
  public enum ConversionTime {
    US_140(0),
    US_204(1),
    US_332(2),
    US_588(3),
    US_1100(4),
    US_2116(5),
    US_4156(6),
    US_8244(7);

    private final int code;

    ConversionTime(int code) {
      this.code = code;
    }
  }

  /** What the ALERT pin and flag watch. */
  public enum AlertOn {
    SHUNT_OVER(0x8000),
    SHUNT_UNDER(0x4000),
    BUS_OVER(0x2000),
    BUS_UNDER(0x1000),
    POWER_OVER(0x0800);

    private final int bit;

    AlertOn(int bit) {
      this.bit = bit;
    }
  }

  /**
   * One look at a rail.
   *
   * @param volts of the bus
   * @param amperes through the shunt; negative flows backwards
   * @param watts as the chip has multiplied them
   */
  public record Rail(double volts, double amperes, double watts) {}

  static final int CONFIGURATION = 0x00;
  static final int SHUNT_VOLTAGE = 0x01;
  static final int BUS_VOLTAGE = 0x02;
  static final int POWER = 0x03;
  static final int CURRENT = 0x04;
  static final int CALIBRATION = 0x05;
  static final int MASK_ENABLE = 0x06;
  static final int ALERT_LIMIT = 0x07;
  static final int MANUFACTURER_ID = 0xfe;
  static final int DIE_ID = 0xff;

  private static final int TEXAS_INSTRUMENTS = 0x5449;
  private static final int INA226_DIE = 0x2260;
  private static final double SHUNT_LSB = 2.5e-6;
  private static final double BUS_LSB = 1.25e-3;
  // Equation 1.
  private static final double CALIBRATION_SCALE = 0.00512;
  private static final int CONTINUOUS_BOTH = 0b111;
  // Bit 14 reads 1 (table 6).
  private static final int ALWAYS = 0x4000;
  private static final int ALERT_FLAG = 0x0010;
  private static final int CONVERSION_READY = 0x0008;
  private static final int OVERFLOW = 0x0004;
  private static final int LATCH = 0x0001;

  private final BusDevice device;
  private final double shuntOhms;
  private final double currentLsb;
  private final int calibration;
  private Averaging averaging = Averaging.OF_16;
  private ConversionTime time = ConversionTime.US_1100;
  private boolean zeroIsMeasured;

  /**
   * Prepares the driver; the bus is touched at the first call.
   *
   * @param address 7 bits, 0x40 to 0x4f by A1 and A0
   * @param shuntOhms of the resistor
   * @param maxAmperes that have to be measured; the resolution is about a 32,768th of it
   * @throws IllegalArgumentException when shunt and current give no calibration the chip can hold
   */
  public Ina226(Context context, int bus, int address, double shuntOhms, double maxAmperes) {
    double exact = CALIBRATION_SCALE / (maxAmperes / 32768 * shuntOhms);
    // Bit 15 of the register is unused (§7.6.6).
    if (!(shuntOhms > 0 && maxAmperes > 0 && exact >= 1 && exact < 32768)) {
      throw new IllegalArgumentException(
          "a shunt of " + shuntOhms + " ohms for " + maxAmperes + " A cannot be calibrated");
    }
    if (maxAmperes * shuntOhms > 0.08192) {
      throw new IllegalArgumentException(
          "a shunt of "
              + shuntOhms
              + " ohms drops more than 81.92 mV at "
              + maxAmperes
              + " A, the range of the chip");
    }
    this.device = new BusDevice(context, bus, address, "power monitor INA226");
    this.shuntOhms = shuntOhms;
    this.calibration = (int) exact;
    this.currentLsb = CALIBRATION_SCALE / (calibration * shuntOhms);
  }

  /** Whether manufacturer and die say that this is an INA226. */
  public boolean identify() throws BusException {
    return word(MANUFACTURER_ID) == TEXAS_INSTRUMENTS && (word(DIE_ID) & 0xfff0) == INA226_DIE;
  }

  /** Averaging and conversion time of both voltages from now on, converting continuously. */
  public void configure(Averaging average, ConversionTime conversion) throws BusException {
    averaging = average;
    time = conversion;
    program();
  }

  /** Volts, amperes and watts of the last conversion. */
  public Rail rail() throws BusException {
    double volts = busVolts();
    int current = (short) word(CURRENT);
    if (current == 0 && (short) word(SHUNT_VOLTAGE) != 0 && word(CALIBRATION) != calibration) {
      program();
      // Until its next conversion the shunt itself tells.
      double amperes = shuntVolts() / shuntOhms;
      return new Rail(volts, amperes, volts * Math.abs(amperes));
    }
    return new Rail(volts, current * currentLsb, word(POWER) * 25 * currentLsb);
  }

  /**
   * Volts of the bus, 0 to 40.96, in steps of 1.25 mV. A zero is a voltage only after a conversion:
   * the register also reads 0 from power-on until the first one has ended (§7.6.4), and nobody is
   * to be called for a card that was just put in.
   */
  public double busVolts() throws BusException {
    int word = word(BUS_VOLTAGE);
    if (word > 0x7fff) {
      throw new BusException(device + ": bus voltage reads what it cannot hold; is the bus stuck?");
    }
    if (word != 0) {
      zeroIsMeasured = false;
    } else if (!zeroIsMeasured) {
      zeroIsMeasured = conversionReady();
      if (!zeroIsMeasured) {
        throw new BusException(device + ": no conversion has ended since it got power");
      }
    }
    return word * BUS_LSB;
  }

  /** Volts across the shunt, in steps of 2.5 µV. */
  public double shuntVolts() throws BusException {
    return (short) word(SHUNT_VOLTAGE) * SHUNT_LSB;
  }

  /** Whether a conversion has ended since this was asked last (reading clears the flag, §7.6.7). */
  public boolean conversionReady() throws BusException {
    return (word(MASK_ENABLE) & CONVERSION_READY) != 0;
  }

  /** Whether current or power were more than their registers hold. */
  public boolean overflow() throws BusException {
    return (word(MASK_ENABLE) & OVERFLOW) != 0;
  }

  /**
   * Watches one quantity.
   *
   * @param limit volts, or watts for {@link AlertOn#POWER_OVER}
   * @param latch whether the alert stays until it is read
   */
  public void setAlert(AlertOn what, double limit, boolean latch) throws BusException {
    double steps =
        switch (what) {
          case SHUNT_OVER, SHUNT_UNDER -> limit / SHUNT_LSB;
          case BUS_OVER, BUS_UNDER -> limit / BUS_LSB;
          case POWER_OVER -> limit / (25 * currentLsb);
        };
    long most = what == AlertOn.POWER_OVER ? 0xffff : 0x7fff;
    long value = Math.round(steps);
    if (value > most || value < -0x8000) {
      throw new IllegalArgumentException("limit " + limit + " is beyond what the chip measures");
    }
    writeWord(ALERT_LIMIT, (int) value & 0xffff);
    writeWord(MASK_ENABLE, what.bit | (latch ? LATCH : 0));
  }

  /** Whether the limit is, or with a latch was, exceeded; reading ends a latched alert. */
  public boolean alert() throws BusException {
    return (word(MASK_ENABLE) & ALERT_FLAG) != 0;
  }

  @Override
  public void close() {
    device.close();
  }

  private void program() throws BusException {
    writeWord(
        CONFIGURATION,
        ALWAYS | averaging.code << 9 | time.code << 6 | time.code << 3 | CONTINUOUS_BOTH);
    writeWord(CALIBRATION, calibration);
  }

  private int word(int register) throws BusException {
    byte[] pair = device.read(register, 2);
    return (pair[0] & 0xff) << 8 | (pair[1] & 0xff);
  }

  private void writeWord(int register, int word) throws BusException {
    device.write(register, word >> 8 & 0xff, word & 0xff);
  }
}
