package io.cade.sim.device;

/**
 * TMP102 temperature sensor: pointer, 12- or 13-bit temperature, 16-bit configuration with
 * conversion rate, shutdown, one-shot, thermostat and fault queue, T_LOW and T_HIGH. Source: TI
 * TMP102 data sheet SBOS397, §7.4 and §7.5. A new format shows with the next conversion. Guarded by
 * the wire's lock.
 */
public final class Tmp102Model implements I2cDevice {
  private static final int TEMPERATURE = 0;
  private static final int CONFIGURATION = 1;
  private static final int LOW = 2;
  private static final int HIGH = 3;

  private static final int ONE_SHOT = 0x8000;
  private static final int RESOLUTION = 0x6000;
  private static final int POLARITY = 0x0400;
  private static final int INTERRUPT = 0x0200;
  private static final int SHUTDOWN = 0x0100;
  private static final int ALERT = 0x0020;
  private static final int EXTENDED = 0x0010;
  private static final int WRITABLE = 0x9fd0;

  /** Power-on values: 4 Hz, 75 °C and 80 °C (tables 10 and 12). */
  private static final int CONFIGURATION_DEFAULT = 0x60a0;

  private static final int LOW_DEFAULT = 0x4b00;
  private static final int HIGH_DEFAULT = 0x5000;

  private static final double CONVERSION_SECONDS = 0.026;
  private static final double[] PERIOD_SECONDS = {4, 1, 0.25, 0.125};
  private static final int[] QUEUES = {1, 2, 4, 6};

  private final int[] words = {0, CONFIGURATION_DEFAULT, LOW_DEFAULT, HIGH_DEFAULT};
  private double celsius;
  private double sinceConversion;
  private double oneShotLeft;
  private boolean alert;
  private boolean awaitingCool;
  private int queue;
  private int pointer;
  private int byteIndex;
  private int written;

  /** The physical side: the temperature of the chip; seen at the next conversion. */
  public void sense(double degrees) {
    celsius = degrees;
  }

  /** The physical side: time passes; conversions that fall due are made. */
  public void advance(double seconds) {
    if ((words[CONFIGURATION] & SHUTDOWN) != 0) {
      if (oneShotLeft > 0) {
        oneShotLeft -= seconds;
        if (oneShotLeft <= 0) {
          oneShotLeft = 0;
          convert();
        }
      }
      return;
    }
    sinceConversion += seconds;
    double period = PERIOD_SECONDS[words[CONFIGURATION] >> 6 & 0b11];
    if (sinceConversion >= period) {
      sinceConversion %= period;
      convert();
    }
  }

  /** The physical side: one conversion at this temperature, now. */
  public void convert(double degrees) {
    sense(degrees);
    if ((words[CONFIGURATION] & SHUTDOWN) == 0) {
      convert();
    }
  }

  /** The level of the open-drain ALERT pin, with its pull-up. */
  public boolean alertPin() {
    return alert == ((words[CONFIGURATION] & POLARITY) != 0);
  }

  @Override
  public void powerOn() {
    words[TEMPERATURE] = 0;
    words[CONFIGURATION] = CONFIGURATION_DEFAULT;
    words[LOW] = LOW_DEFAULT;
    words[HIGH] = HIGH_DEFAULT;
    pointer = 0;
    sinceConversion = 0;
    oneShotLeft = 0;
    alert = false;
    awaitingCool = false;
    queue = 0;
  }

  @Override
  public boolean start(Direction direction) {
    byteIndex = 0;
    written = 0;
    if (direction == Direction.READ && (words[CONFIGURATION] & INTERRUPT) != 0) {
      // §7.4.4.2: in interrupt mode reading any register clears the alert.
      alert = false;
    }
    return true;
  }

  @Override
  public boolean write(int value) {
    if (written == 0) {
      pointer = value & 0x03;
    } else if (written <= 2 && pointer != TEMPERATURE) {
      int shift = written == 1 ? 8 : 0;
      int word = (words[pointer] & ~(0xff << shift)) | (value << shift);
      words[pointer] =
          switch (pointer) {
            case CONFIGURATION -> configured(word, written == 1);
            default -> word;
          };
    }
    written++;
    return true;
  }

  private int configured(int word, boolean firstByte) {
    if (firstByte && (word & ONE_SHOT) != 0 && (word & SHUTDOWN) != 0) {
      oneShotLeft = CONVERSION_SECONDS;
    }
    return word & WRITABLE & ~ONE_SHOT;
  }

  @Override
  public int read() {
    int word =
        switch (pointer) {
          case CONFIGURATION -> configuration();
          default -> words[pointer];
        };
    int value = byteIndex % 2 == 0 ? word >> 8 & 0xff : word & 0xff;
    byteIndex++;
    return value;
  }

  private int configuration() {
    boolean polarity = (words[CONFIGURATION] & POLARITY) != 0;
    return words[CONFIGURATION]
        | RESOLUTION
        | (alert == polarity ? ALERT : 0)
        // §7.4.3: OS reads 0 while a one-shot is under way.
        | ((words[CONFIGURATION] & SHUTDOWN) != 0 && oneShotLeft == 0 ? ONE_SHOT : 0);
  }

  @Override
  public void stop() {
    // The pointer survives.
  }

  private void convert() {
    boolean extended = (words[CONFIGURATION] & EXTENDED) != 0;
    double clipped = Math.clamp(celsius, -55.0, extended ? 150.0 : 127.9375);
    int steps = (int) Math.round(clipped * 16);
    words[TEMPERATURE] = extended ? ((steps << 3) & 0xffff) | 1 : (steps << 4) & 0xffff;
    watch(steps, extended);
  }

  private void watch(int steps, boolean extended) {
    boolean interrupt = (words[CONFIGURATION] & INTERRUPT) != 0;
    boolean hot = steps >= ((short) words[HIGH] >> (extended ? 3 : 4));
    boolean cool = steps < ((short) words[LOW] >> (extended ? 3 : 4));
    boolean counts = (interrupt ? awaitingCool : alert) ? cool : hot;
    queue = counts ? queue + 1 : 0;
    if (queue < QUEUES[words[CONFIGURATION] >> 11 & 0b11]) {
      return;
    }
    queue = 0;
    if (interrupt) {
      alert = true;
      awaitingCool = !awaitingCool;
    } else {
      alert = !alert;
    }
  }
}
