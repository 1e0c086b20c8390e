package io.cade.sim.device;

import java.util.Arrays;

/**
 * INA226 power monitor: configuration with averaging and conversion times, shunt and bus voltage,
 * calibration, current, power, alert function and flags. Source: TI INA226 data sheet SBOS547A,
 * §7.4 and §7.6. Guarded by the wire's lock.
 */
public final class Ina226Model implements I2cDevice {
  private static final int CONFIGURATION = 0;
  private static final int SHUNT = 1;
  private static final int BUS = 2;
  private static final int POWER = 3;
  private static final int CURRENT = 4;
  private static final int CALIBRATION = 5;
  private static final int MASK = 6;
  private static final int LIMIT = 7;
  private static final int MANUFACTURER = 0xfe;
  private static final int DIE = 0xff;

  private static final int RESET = 0x8000;
  private static final int CONFIGURATION_DEFAULT = 0x4127;
  private static final int ALERT_FLAG = 0x0010;
  private static final int READY_FLAG = 0x0008;
  private static final int OVERFLOW_FLAG = 0x0004;
  private static final int ACTIVE_HIGH = 0x0002;
  private static final int LATCH = 0x0001;
  private static final int MASK_WRITABLE = 0xfc03;

  private static final int[] AVERAGES = {1, 4, 16, 64, 128, 256, 512, 1024};
  private static final double[] SECONDS = {
    140e-6, 204e-6, 332e-6, 588e-6, 1.1e-3, 2.116e-3, 4.156e-3, 8.244e-3
  };

  private final int[] words = new int[8];
  private double volts;
  private double shuntVolts;
  private double elapsed;
  private boolean triggered;
  private int pointer;
  private int byteIndex;
  private int written;
  private int incoming;

  /** A chip after power-on. */
  public Ina226Model() {
    powerOn();
  }

  /** The physical side: voltage of the bus and across the shunt; seen at the next conversion. */
  public void sense(double busVolts, double acrossShunt) {
    volts = busVolts;
    shuntVolts = acrossShunt;
  }

  /** The physical side: time passes. */
  public void advance(double seconds) {
    int mode = words[CONFIGURATION] & 0b111;
    boolean continuous = mode > 0b100;
    if (!continuous && !triggered) {
      return;
    }
    elapsed += seconds;
    double needed = conversionSeconds();
    if (elapsed >= needed) {
      elapsed %= needed;
      triggered = false;
      convert(mode);
    }
  }

  /** The level of the open-drain ALERT pin, with its pull-up. */
  public boolean alertPin() {
    boolean active = (words[MASK] & ALERT_FLAG) != 0;
    return active == ((words[MASK] & ACTIVE_HIGH) != 0);
  }

  private double conversionSeconds() {
    int mode = words[CONFIGURATION];
    double once =
        ((mode & 0b001) != 0 ? SECONDS[mode >> 3 & 0b111] : 0)
            + ((mode & 0b010) != 0 ? SECONDS[mode >> 6 & 0b111] : 0);
    return Math.max(1e-6, once * AVERAGES[mode >> 9 & 0b111]);
  }

  private void convert(int mode) {
    if ((mode & 0b001) != 0) {
      words[SHUNT] = (int) Math.round(Math.clamp(shuntVolts / 2.5e-6, -32768, 32767)) & 0xffff;
    }
    if ((mode & 0b010) != 0) {
      words[BUS] = (int) Math.round(Math.clamp(volts / 1.25e-3, 0, 32767));
    }
    multiply();
    words[MASK] |= READY_FLAG;
    watch();
  }

  /** Equations 3 and 4 of §7.5. */
  private void multiply() {
    long current = (long) (short) words[SHUNT] * words[CALIBRATION] / 2048;
    boolean over = current > 32767 || current < -32768;
    words[CURRENT] = Math.clamp(current, -32768, 32767) & 0xffff;
    long power = Math.abs((long) (short) words[CURRENT]) * words[BUS] / 20000;
    over |= power > 65535;
    words[POWER] = (int) Math.min(power, 65535);
    words[MASK] = over ? words[MASK] | OVERFLOW_FLAG : words[MASK] & ~OVERFLOW_FLAG;
  }

  private void watch() {
    // Several functions set: the highest bit has priority (§7.6.7).
    int limit = words[LIMIT];
    int function = Integer.highestOneBit(words[MASK] & 0xf800);
    boolean beyond =
        switch (function) {
          case 0x8000 -> (short) words[SHUNT] > (short) limit;
          case 0x4000 -> (short) words[SHUNT] < (short) limit;
          case 0x2000 -> words[BUS] > limit;
          case 0x1000 -> words[BUS] < limit;
          case 0x0800 -> words[POWER] > limit;
          default -> false;
        };
    if (beyond) {
      words[MASK] |= ALERT_FLAG;
    } else if ((words[MASK] & LATCH) == 0) {
      words[MASK] &= ~ALERT_FLAG;
    }
  }

  @Override
  public void powerOn() {
    Arrays.fill(words, 0);
    words[CONFIGURATION] = CONFIGURATION_DEFAULT;
    pointer = 0;
    elapsed = 0;
    triggered = false;
  }

  @Override
  public boolean start(Direction direction) {
    byteIndex = 0;
    written = 0;
    incoming = 0;
    return true;
  }

  @Override
  public boolean write(int value) {
    if (written == 0) {
      pointer = value;
    } else if (written <= 2) {
      incoming = incoming << 8 | value;
      if (written == 2) {
        store(incoming);
      }
    }
    written++;
    return true;
  }

  private void store(int word) {
    switch (pointer) {
      case CONFIGURATION -> {
        if ((word & RESET) != 0) {
          powerOn();
          return;
        }
        words[CONFIGURATION] = (word & 0x0fff) | 0x4000;
        words[MASK] &= ~READY_FLAG;
        elapsed = 0;
        triggered = (word & 0b111) != 0 && (word & 0b100) == 0;
      }
      case CALIBRATION -> {
        words[CALIBRATION] = word & 0x7fff;
        multiply();
      }
      case MASK -> words[MASK] = (words[MASK] & ~MASK_WRITABLE) | (word & MASK_WRITABLE);
      case LIMIT -> words[LIMIT] = word;
      default -> {
        // Results and identity are read-only.
      }
    }
  }

  @Override
  public int read() {
    int word =
        switch (pointer) {
          case MANUFACTURER -> 0x5449;
          case DIE -> 0x2260;
          default -> pointer < words.length ? words[pointer] : 0;
        };
    int value = byteIndex % 2 == 0 ? word >> 8 & 0xff : word & 0xff;
    if (pointer == MASK && byteIndex == 1) {
      // §7.6.7: reading clears the ready flag, and an alert that is latched.
      words[MASK] &= ~READY_FLAG;
      if ((words[MASK] & LATCH) != 0) {
        words[MASK] &= ~ALERT_FLAG;
      }
    }
    byteIndex++;
    return value;
  }

  @Override
  public void stop() {
    // The pointer survives.
  }
}
