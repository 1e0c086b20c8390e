package io.cade.agent.hw;

import com.pi4j.context.Context;
import java.util.BitSet;

/**
 * Driver of the EMC2305 fan controller for up to five fans. Source: SMSC (Microchip) EMC2305 data
 * sheet rev. 1.3, chapter 5; table numbers below are its. Assumes two-pole fans measured over five
 * edges, the power-on setting (table 5.12).
 *
 * <p>Not thread-safe: one owner thread, or the lock of the aggregate that holds it.
 */
public final class Emc2305 implements AutoCloseable {

  /** Fans of the chip, numbered from 1. */
  public static final int FANS = 5;

  static final int CONFIGURATION = 0x20;
  static final int FAN_STATUS = 0x24;
  static final int STALL_STATUS = 0x25;
  static final int SPIN_STATUS = 0x26;
  static final int DRIVE_FAIL_STATUS = 0x27;
  static final int PRODUCT_ID = 0xfd;
  static final int EMC2305_PRODUCT = 0x34;

  // Offsets in a fan's block; the blocks begin at 0x30, 0x40 … 0x70.
  private static final int SETTING = 0x0;
  private static final int CONFIGURATION_1 = 0x2;
  private static final int TACH_READING = 0xe;

  private static final int EN_ALGO = 0x80;
  private static final int WATCHDOG_ENABLE = 0x20;
  private static final int WATCHDOG_EXPIRED = 0x80;
  private static final int COUNT_MAX = 0x1fff;
  // Equation 3 of section 5.18: 60 s × 32.768 kHz × (5 edges − 1) / 2 poles, per count.
  private static final double COUNTS_PER_MINUTE = 3_932_160.0;

  private final BusDevice device;

  /**
   * Prepares the driver; the bus is touched at the first call.
   *
   * @param address 7 bits; 0x2c to 0x2f, 0x4c or 0x4d by the chip's strap
   */
  public Emc2305(Context context, int bus, int address) {
    this.device = new BusDevice(context, bus, address, "fan controller EMC2305");
  }

  /** Whether the chip at this address says that it is an EMC2305 (table 5.30). */
  public boolean identify() throws BusException {
    return device.readByte(PRODUCT_ID) == EMC2305_PRODUCT;
  }

  /**
   * The fan's speed in revolutions per minute; 0 when it stands or turns slower than can be
   * measured (about 960 rpm in the default range).
   *
   * @param fan 1 to 5
   */
  public double rpm(int fan) throws BusException {
    int multiplier = 1 << (device.readByte(register(fan, CONFIGURATION_1)) >> 5 & 0b11);
    // One block read: the chip pairs the low byte with the high byte read just before, so no other
    // master may come between.
    byte[] reading = device.read(register(fan, TACH_READING), 2);
    if ((reading[1] & 0b111) != 0) {
      // These bits always read 0 (section 5.1). Ones come from a data line that nobody drives, and
      // must not pass for a standing fan.
      throw new BusException(
          device
              + ": tachometer of fan "
              + fan
              + " reads what it cannot hold; is the data line stuck?");
    }
    return rpmOf((reading[0] & 0xff) << 5 | (reading[1] & 0xff) >> 3, multiplier);
  }

  /**
   * The present duty of the fan's PWM output, 0 to 1, whoever set it.
   *
   * @param fan 1 to 5
   */
  public double drive(int fan) throws BusException {
    return device.readByte(register(fan, SETTING)) / 255.0;
  }

  /**
   * Drives the fan directly: the chip's own speed algorithm is switched off for this fan first, for
   * while it is on the setting is read-only (section 5.7).
   *
   * @param fan 1 to 5
   * @param fraction 0 (off) to 1
   */
  public void setDrive(int fan, double fraction) throws BusException {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("fan drive must be 0 to 1, got " + fraction);
    }
    int configuration = device.readByte(register(fan, CONFIGURATION_1));
    if ((configuration & EN_ALGO) != 0) {
      device.write(register(fan, CONFIGURATION_1), configuration & ~EN_ALGO);
    }
    device.write(register(fan, SETTING), (int) Math.round(fraction * 255));
  }

  /**
   * Fans (bits 1 to 5) that stalled since the last call or still do. Reading clears what is over
   * (table 5.3), so there must be only one asker.
   */
  public BitSet stalled() throws BusException {
    return fans(STALL_STATUS);
  }

  /**
   * Fans (bits 1 to 5) that could not be started within their spin-up time; reading clears what is
   * over (table 5.3), so there must be only one asker.
   */
  public BitSet spinFailed() throws BusException {
    return fans(SPIN_STATUS);
  }

  /** Fans (bits 1 to 5) that do not reach their speed at full drive; cleared by reading. */
  public BitSet driveFailed() throws BusException {
    return fans(DRIVE_FAIL_STATUS);
  }

  /**
   * The continuous watchdog (section 4.4.2): when nobody writes a fan's setting for 4 s, all fans
   * go to full drive until they are set again. The chip does so once after power-on in any case.
   */
  public void setWatchdog(boolean on) throws BusException {
    int now = device.readByte(CONFIGURATION);
    int wanted = on ? now | WATCHDOG_ENABLE : now & ~WATCHDOG_ENABLE;
    if (wanted != now) {
      device.write(CONFIGURATION, wanted);
    }
  }

  /** Whether the watchdog is on. */
  public boolean watchdog() throws BusException {
    return (device.readByte(CONFIGURATION) & WATCHDOG_ENABLE) != 0;
  }

  /** Whether the watchdog has expired since this was asked last (reading clears it, table 5.3). */
  public boolean watchdogExpired() throws BusException {
    return (device.readByte(FAN_STATUS) & WATCHDOG_EXPIRED) != 0;
  }

  private BitSet fans(int register) throws BusException {
    int status = device.readByte(register) & 0b1_1111;
    return BitSet.valueOf(new long[] {(long) status << 1});
  }

  @Override
  public void close() {
    device.close();
  }

  private static int register(int fan, int offset) {
    if (fan < 1 || fan > FANS) {
      throw new IllegalArgumentException("fan must be 1 to " + FANS + ", got " + fan);
    }
    return 0x20 + 0x10 * fan + offset;
  }

  /** Speed for a 13-bit count; 0 for a full count, which says only "slower than this". */
  static double rpmOf(int count, int multiplier) {
    if (count >= COUNT_MAX || count == 0) {
      return 0;
    }
    return COUNTS_PER_MINUTE * multiplier / count;
  }
}
