package io.cade.agent.hw;

import com.pi4j.context.Context;

/**
 * Driver of the TMP102 temperature sensor. Source: TI TMP102 data sheet SBOS397, §7.5 (registers),
 * §7.4 (one-shot, extended mode, thermostat and interrupt mode).
 *
 * <p>Range −40 to +125 °C in steps of 0.0625 °C; in extended mode (13 bits) up to +150 °C. Not
 * thread-safe: one owner thread, or the lock of the aggregate that holds it.
 */
public final class Tmp102 implements AutoCloseable {

  /** How often the chip converts by itself (bits CR1, CR0). */
  public enum Rate {
    QUARTER_HERTZ(0b00),
    ONE_HERTZ(0b01),
    FOUR_HERTZ(0b10),
    EIGHT_HERTZ(0b11);

    private final int code;

    Rate(int code) {
      this.code = code;
    }
  }

  /** What the ALERT pin does (bit TM). */
  public enum AlertMode {
    /** Active from T_HIGH on until below T_LOW. */
    COMPARATOR,
    /** Active until a register is read. */
    INTERRUPT
  }

  static final int TEMPERATURE = 0x00;
  static final int CONFIGURATION = 0x01;
  static final int LOW_LIMIT = 0x02;
  static final int HIGH_LIMIT = 0x03;

  // The configuration register as a word, first byte high.
  private static final int ONE_SHOT = 0x8000;
  private static final int POLARITY = 0x0400;
  private static final int THERMOSTAT_INTERRUPT = 0x0200;
  private static final int SHUTDOWN = 0x0100;
  private static final int RATE_SHIFT = 6;
  private static final int ALERT = 0x0020;
  private static final int EXTENDED = 0x0010;
  private static final int RESOLUTION = 0x6000;
  private static final int[] QUEUES = {1, 2, 4, 6};

  private final BusDevice device;

  /**
   * Prepares the driver; the bus is touched at the first call.
   *
   * @param address 7 bits, 0x48 to 0x4b by what ADD0 is tied to
   */
  public Tmp102(Context context, int bus, int address) {
    this.device = new BusDevice(context, bus, address, "temperature sensor TMP102");
  }

  /** The last conversion, degrees Celsius; 12 or 13 bits, as bit 0 of the register says. */
  public double temperatureCelsius() throws BusException {
    int word = word(TEMPERATURE);
    if ((word & 0x0006) != 0) {
      // Bits 2 and 1 always read 0 in both formats (§7.5.2). Ones come from a line nobody drives.
      throw new BusException(device + ": temperature reads what it cannot hold; is the bus stuck?");
    }
    return decode(word);
  }

  /**
   * Sets conversion rate, range, and what the alert does.
   *
   * @param extended 13 bits, for more than 128 °C
   * @param faults conversions in a row beyond a limit before the alert: 1, 2, 4 or 6
   */
  public void configure(Rate rate, boolean extended, AlertMode mode, int faults)
      throws BusException {
    int queue = -1;
    for (int i = 0; i < QUEUES.length; i++) {
      if (QUEUES[i] == faults) {
        queue = i;
      }
    }
    if (queue < 0) {
      throw new IllegalArgumentException("the fault queue has 1, 2, 4 or 6, not " + faults);
    }
    int word =
        (mode == AlertMode.INTERRUPT ? THERMOSTAT_INTERRUPT : 0)
            | queue << 11
            | rate.code << RATE_SHIFT
            | (extended ? EXTENDED : 0);
    writeWord(CONFIGURATION, word);
  }

  /** The conversion rate that is set. */
  public Rate rate() throws BusException {
    return switch (word(CONFIGURATION) >> RATE_SHIFT & 0b11) {
      case 0b00 -> Rate.QUARTER_HERTZ;
      case 0b01 -> Rate.ONE_HERTZ;
      case 0b10 -> Rate.FOUR_HERTZ;
      default -> Rate.EIGHT_HERTZ;
    };
  }

  /** Whether the chip gives 13 bits. */
  public boolean extended() throws BusException {
    return (word(CONFIGURATION) & EXTENDED) != 0;
  }

  /**
   * Sets the alert's limits in the format that is set, to 0.0625 °C.
   *
   * @throws IllegalArgumentException unless −55 ≤ low &lt; high ≤ 150
   */
  public void setLimits(double highCelsius, double lowCelsius) throws BusException {
    if (!(lowCelsius >= -55 && lowCelsius < highCelsius && highCelsius <= 150)) {
      throw new IllegalArgumentException(
          "temperature limits must satisfy -55 <= low < high <= 150, got low "
              + lowCelsius
              + " and high "
              + highCelsius);
    }
    boolean extended = extended();
    writeWord(HIGH_LIMIT, encode(highCelsius, extended));
    writeWord(LOW_LIMIT, encode(lowCelsius, extended));
  }

  /** The limit from which the alert is active, degrees Celsius; 80 after power-on. */
  public double highLimitCelsius() throws BusException {
    return decodeLimit(word(HIGH_LIMIT), extended());
  }

  /** The limit below which the alert ends, degrees Celsius; 75 after power-on. */
  public double lowLimitCelsius() throws BusException {
    return decodeLimit(word(LOW_LIMIT), extended());
  }

  /** Whether the comparator sees the limit exceeded (bit AL, which follows the pin's polarity). */
  public boolean alert() throws BusException {
    int word = word(CONFIGURATION);
    return ((word & ALERT) != 0) == ((word & POLARITY) != 0);
  }

  /** Stops converting until {@link #startOneShot} or {@link #configure}. */
  public void shutDown() throws BusException {
    writeWord(CONFIGURATION, (word(CONFIGURATION) | SHUTDOWN) & ~ONE_SHOT);
  }

  /** In shutdown: one conversion, which takes 26 ms, at most 35 (§6.5). */
  public void startOneShot() throws BusException {
    writeWord(CONFIGURATION, word(CONFIGURATION) | SHUTDOWN | ONE_SHOT);
  }

  /** Whether the conversion is over: OS then reads 1 (§7.4.3). */
  public boolean oneShotReady() throws BusException {
    return (word(CONFIGURATION) & ONE_SHOT) != 0;
  }

  /** Whether the configuration register looks like a TMP102's: both resolution bits read 1. */
  public boolean identify() throws BusException {
    int word = word(CONFIGURATION);
    return (word & RESOLUTION) == RESOLUTION && (word & 0x000f) == 0;
  }

  @Override
  public void close() {
    device.close();
  }

  private int word(int register) throws BusException {
    byte[] pair = device.read(register, 2);
    return (pair[0] & 0xff) << 8 | (pair[1] & 0xff);
  }

  private void writeWord(int register, int word) throws BusException {
    device.write(register, word >> 8 & 0xff, word & 0xff);
  }

  private static int encode(double celsius, boolean extended) {
    int steps = (int) Math.round(celsius * 16);
    int most = extended ? 0xfff : 0x7ff;
    return Math.min(steps, most) << (extended ? 3 : 4) & 0xffff;
  }

  private static double decodeLimit(int word, boolean extended) {
    return extended ? ((short) word >> 3) / 16.0 : ((short) word >> 4) / 16.0;
  }

  static double decode(int word) {
    // §7.3.2: bit 0 is 1 in extended mode, where the value starts one bit lower.
    return (word & 1) == 1 ? ((short) word >> 3) / 16.0 : ((short) word >> 4) / 16.0;
  }
}
