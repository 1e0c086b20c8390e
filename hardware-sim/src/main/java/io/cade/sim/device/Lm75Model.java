package io.cade.sim.device;

/**
 * LM75B temperature sensor: pointer register, 11-bit temperature of 0.125 °C, configuration, 9-bit
 * T_HYST and T_OS, alert output O.S. with fault queue in comparator and interrupt mode. Source: NXP
 * LM75B data sheet rev. 6.1, §7.4 and §7.1.
 *
 * <p>A {@link #convert} stands for one conversion (every 100 ms in the chip). Guarded by the wire's
 * lock.
 */
public final class Lm75Model implements I2cDevice {

  private static final int TEMPERATURE = 0;
  private static final int CONFIGURATION = 1;
  private static final int HYSTERESIS = 2;
  private static final int OVER_TEMPERATURE = 3;

  // 75 °C and 80 °C, table 7.
  private static final int HYSTERESIS_DEFAULT = 0x4b00;
  private static final int OVER_TEMPERATURE_DEFAULT = 0x5000;

  private static final int SHUTDOWN = 0x01;
  private static final int INTERRUPT_MODE = 0x02;
  private static final int ACTIVE_HIGH = 0x04;
  private static final int[] QUEUE_LENGTHS = {1, 2, 4, 6};

  private int pointer;
  private int byteIndex;
  private int written;
  private int temperature;
  private int configuration;
  private int hysteresis = HYSTERESIS_DEFAULT;
  private int overTemperature = OVER_TEMPERATURE_DEFAULT;
  private boolean alert;
  private boolean awaitingCool;
  private int queue;

  /**
   * The physical side: one conversion at this temperature, clipped to −55 to 125 °C. In shutdown
   * nothing is converted and the register keeps its value.
   */
  public void convert(double celsius) {
    if ((configuration & SHUTDOWN) != 0) {
      return;
    }
    double clipped = Math.clamp(celsius, -55.0, 125.0);
    temperature = (int) Math.round(clipped * 8) << 5 & 0xffff;
    watch();
  }

  /**
   * The level of the open-drain O.S. pin, with its pull-up: low while the alert is active, unless
   * the polarity bit inverts it.
   */
  public boolean osPin() {
    return alert == ((configuration & ACTIVE_HIGH) != 0);
  }

  @Override
  public void powerOn() {
    pointer = 0;
    configuration = 0;
    hysteresis = HYSTERESIS_DEFAULT;
    overTemperature = OVER_TEMPERATURE_DEFAULT;
    alert = false;
    awaitingCool = false;
    queue = 0;
  }

  @Override
  public boolean start(Direction direction) {
    byteIndex = 0;
    written = 0;
    if (direction == Direction.READ && (configuration & INTERRUPT_MODE) != 0) {
      // §7.1.2: in interrupt mode reading any register acknowledges.
      alert = false;
    }
    return true;
  }

  @Override
  public boolean write(int value) {
    if (written == 0) {
      // Only the two lowest pointer bits exist in the LM75B (table 5).
      pointer = value & 0x03;
    } else {
      writeData(written - 1, value);
    }
    written++;
    return true;
  }

  @Override
  public int read() {
    int value =
        switch (pointer) {
          case TEMPERATURE -> byteOf(temperature);
          case CONFIGURATION -> configuration;
          case HYSTERESIS -> byteOf(hysteresis);
          default -> byteOf(overTemperature);
        };
    byteIndex++;
    return value;
  }

  @Override
  public void stop() {
    // The pointer survives the STOP: a later read without a write reads the same register.
  }

  private int byteOf(int word) {
    return byteIndex % 2 == 0 ? word >> 8 & 0xff : word & 0xff;
  }

  private void writeData(int index, int value) {
    switch (pointer) {
      case CONFIGURATION -> {
        if (index == 0) {
          configuration = value & 0x1f;
        }
      }
      case HYSTERESIS -> hysteresis = merge(hysteresis, index, value);
      case OVER_TEMPERATURE -> overTemperature = merge(overTemperature, index, value);
      default -> {
        // The temperature register is read-only; the byte is acknowledged and lost.
      }
    }
  }

  private static int merge(int word, int index, int value) {
    return switch (index) {
      case 0 -> value << 8 | (word & 0xff);
      case 1 -> (word & 0xff00) | (value & 0x80);
      default -> word;
    };
  }

  private void watch() {
    boolean interrupt = (configuration & INTERRUPT_MODE) != 0;
    boolean hot = (short) temperature > (short) overTemperature;
    boolean cool = (short) temperature < (short) hysteresis;
    boolean waiting = interrupt ? awaitingCool : alert;
    boolean counts = waiting ? cool : hot;
    queue = counts ? queue + 1 : 0;
    if (queue < QUEUE_LENGTHS[configuration >> 3 & 0b11]) {
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
