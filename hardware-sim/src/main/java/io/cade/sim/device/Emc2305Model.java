package io.cade.sim.device;

import java.util.Arrays;

/**
 * EMC2305 controller of five PWM fans: direct drive, tachometer counts with range, RPM-based
 * algorithm (simplified to steps of the MAX STEP register), stall, spin-up and drive-fail status,
 * watchdog at power-up and in continuous operation (sections 4.4.1 and 4.4.2), software lock.
 * Source: SMSC EMC2305 data sheet rev. 1.3, chapter 5 (table 5.1 for addresses and power-on
 * values). Reads of undefined registers give 0, writes to them do nothing; a transfer goes on at
 * the next address.
 *
 * <p>Guarded by the wire's lock.
 */
public final class Emc2305Model implements I2cDevice {

  public static final int FANS = 5;

  private static final int COUNT_MAX = 0x1fff;
  private static final double COUNTS_PER_MINUTE = 3_932_160.0;

  private static final int CONFIGURATION = 0x20;
  private static final int FAN_STATUS = 0x24;
  private static final int STALL_STATUS = 0x25;
  private static final int SPIN_STATUS = 0x26;
  private static final int DRIVE_FAIL_STATUS = 0x27;
  private static final int LOCK = 0xef;
  private static final int WATCHDOG_ENABLE = 0x20;
  private static final int WATCH = 0x80;
  private static final int DRIVE_FAIL = 0x04;
  private static final int SPIN = 0x02;
  private static final double WATCHDOG_SECONDS = 4;
  // Spin-up takes 500 ms at the power-on setting (table 5.16); measured once a second, two looks.
  private static final int SPIN_UP_LOOKS = 2;

  private static final int SETTING = 0x0;
  private static final int CONFIGURATION_1 = 0x2;
  private static final int CONFIGURATION_2 = 0x3;
  private static final int MAX_STEP = 0x7;
  private static final int MIN_DRIVE = 0x8;
  private static final int VALID_TACH = 0x9;
  private static final int TARGET_LOW = 0xc;
  private static final int TARGET_HIGH = 0xd;
  private static final int TACH_HIGH = 0xe;
  private static final int TACH_LOW = 0xf;
  private static final int EN_ALGO = 0x80;

  // Power-on values of a fan's block; "4" is undefined.
  private static final int[] BLOCK = {
    0x00, 0x01, 0x2b, 0x28, 0x00, 0x2a, 0x19, 0x10, 0x66, 0xf5, 0x00, 0x00, 0xf8, 0xff, 0xff, 0xf8
  };

  private final int strappedDrive;
  private final int[] registers = new int[256];
  private final boolean[] stallNow = new boolean[FANS + 1];
  private final int[] standing = new int[FANS + 1];
  private double sinceWrite;
  private boolean powerUpWatch = true;
  private int tachLowShadow = 0xf8;
  private int pointer;
  private boolean pointerNext;

  /**
   * A chip after power-on.
   *
   * @param strappedDrive the drive of all fans until someone sets another, 0 to 255: the resistor
   *     on ADDR_SEL chooses it, so that fans turn before any software runs
   */
  public Emc2305Model(int strappedDrive) {
    this.strappedDrive = strappedDrive & 0xff;
    reset();
  }

  /** The physical side: duty of the PWM output of a fan (1 to 5), 0 to 1. */
  public double drive(int fan) {
    return registers[base(fan) + SETTING] / 255.0;
  }

  /**
   * The physical side: the speed that the tachometer of a fan (1 to 5) shows; one measurement, and
   * one step of the algorithm if it is on.
   */
  public void measure(int fan, double rpm) {
    int base = base(fan);
    int multiplier = 1 << (registers[base + CONFIGURATION_1] >> 5 & 0b11);
    double exact = rpm <= 0 ? COUNT_MAX : COUNTS_PER_MINUTE * multiplier / rpm;
    int count = (int) Math.round(Math.clamp(exact, 1.0, (double) COUNT_MAX));
    registers[base + TACH_HIGH] = count >> 5;
    registers[base + TACH_LOW] = count << 3 & 0xf8;
    if ((registers[base + CONFIGURATION_1] & EN_ALGO) != 0) {
      regulate(base, count);
    }
    standing[fan] = registers[base + SETTING] > 0 && rpm <= 0 ? standing[fan] + 1 : 0;
    if (standing[fan] == SPIN_UP_LOOKS) {
      registers[SPIN_STATUS] |= 1 << (fan - 1);
      registers[FAN_STATUS] |= SPIN;
    }
    if (registers[base + SETTING] == 0xff
        && (registers[base + CONFIGURATION_1] & EN_ALGO) != 0
        && count > (registers[base + TARGET_HIGH] << 5 | registers[base + TARGET_LOW] >> 3)) {
      registers[DRIVE_FAIL_STATUS] |= 1 << (fan - 1);
      registers[FAN_STATUS] |= DRIVE_FAIL;
    }
    stallNow[fan] = registers[base + SETTING] > 0 && count > registers[base + VALID_TACH] << 5;
    if (stallNow[fan]) {
      registers[STALL_STATUS] |= 1 << (fan - 1);
      registers[FAN_STATUS] |= 0x01;
    }
  }

  /** The physical side: time passes; the watchdog runs. */
  public void advance(double seconds) {
    boolean continuous = (registers[CONFIGURATION] & WATCHDOG_ENABLE) != 0;
    if (!continuous && !powerUpWatch) {
      return;
    }
    sinceWrite += seconds;
    if (sinceWrite >= WATCHDOG_SECONDS) {
      sinceWrite = 0;
      powerUpWatch = false;
      registers[FAN_STATUS] |= WATCH;
      for (int fan = 1; fan <= FANS; fan++) {
        // The algorithm is off from then on (section 4.4).
        registers[base(fan) + CONFIGURATION_1] &= ~EN_ALGO;
        registers[base(fan) + SETTING] = 0xff;
      }
    }
  }

  @Override
  public void powerOn() {
    reset();
  }

  @Override
  public boolean start(Direction direction) {
    pointerNext = direction == Direction.WRITE;
    return true;
  }

  @Override
  public boolean write(int value) {
    if (pointerNext) {
      pointer = value;
      pointerNext = false;
    } else {
      writeRegister(pointer, value);
      pointer = pointer + 1 & 0xff;
    }
    return true;
  }

  @Override
  public int read() {
    int value = readRegister(pointer);
    pointer = pointer + 1 & 0xff;
    return value;
  }

  @Override
  public void stop() {
    // The address pointer survives: "Receive Byte" reads where it stands.
  }

  private void reset() {
    Arrays.fill(registers, 0);
    Arrays.fill(stallNow, false);
    Arrays.fill(standing, 0);
    sinceWrite = 0;
    powerUpWatch = true;
    pointer = 0;
    registers[CONFIGURATION] = 0x40;
    registers[0xfd] = 0x34;
    registers[0xfe] = 0x5d;
    registers[0xff] = 0x80;
    for (int fan = 1; fan <= FANS; fan++) {
      System.arraycopy(BLOCK, 0, registers, base(fan), BLOCK.length);
      registers[base(fan) + SETTING] = strappedDrive;
    }
  }

  private int readRegister(int register) {
    int value = registers[register];
    switch (register) {
      case STALL_STATUS -> clearPastStalls();
      case SPIN_STATUS -> clear(SPIN_STATUS, SPIN);
      case DRIVE_FAIL_STATUS -> clear(DRIVE_FAIL_STATUS, DRIVE_FAIL);
      case FAN_STATUS -> registers[FAN_STATUS] &= ~WATCH;
      default -> {
        // Reading changes nothing.
      }
    }
    if (inBlock(register) && (register & 0xf) == TACH_HIGH) {
      // §5.18: reading the high byte keeps the low byte that belongs to it.
      tachLowShadow = registers[register + 1];
    }
    if (inBlock(register) && (register & 0xf) == TACH_LOW) {
      return tachLowShadow;
    }
    return value;
  }

  private void clear(int status, int summary) {
    registers[status] = 0;
    registers[FAN_STATUS] &= ~summary;
  }

  private void clearPastStalls() {
    int still = 0;
    for (int fan = 1; fan <= FANS; fan++) {
      still |= stallNow[fan] ? 1 << (fan - 1) : 0;
    }
    registers[STALL_STATUS] = still;
    if (still == 0) {
      registers[FAN_STATUS] &= ~0x01;
    }
  }

  private void writeRegister(int register, int value) {
    boolean locked = (registers[LOCK] & 1) != 0;
    if (inBlock(register)) {
      writeBlock(register, value, locked);
      return;
    }
    switch (register) {
      case CONFIGURATION -> registers[register] = locked ? registers[register] : value & 0xe3;
      case 0x29, 0x2a, 0x2b -> registers[register] = value & 0x1f;
      case 0x2c -> registers[register] = value & 0x0f;
      case 0x2d -> registers[register] = value & 0x3f;
      // Once set, only a power-on clears it.
      case LOCK -> registers[register] |= value & 1;
      default -> {
        // Status, identity and undefined registers are read-only.
      }
    }
  }

  private void writeBlock(int register, int value, boolean locked) {
    int offset = register & 0xf;
    if (offset == SETTING) {
      sinceWrite = 0;
      powerUpWatch = false;
    }
    boolean lockable =
        switch (offset) {
          case CONFIGURATION_2, 0x5, 0x6, MAX_STEP, MIN_DRIVE, VALID_TACH, 0xa, 0xb -> true;
          default -> false;
        };
    boolean readOnly =
        switch (offset) {
          case 0x4, TACH_HIGH, TACH_LOW -> true;
          case SETTING -> (registers[register + CONFIGURATION_1] & EN_ALGO) != 0;
          default -> false;
        };
    if (!readOnly && !(locked && lockable)) {
      registers[register] = value;
    }
  }

  private void regulate(int base, int count) {
    if (registers[base + TARGET_HIGH] == 0xff) {
      registers[base + SETTING] = 0;
      return;
    }
    int target = registers[base + TARGET_HIGH] << 5 | registers[base + TARGET_LOW] >> 3;
    int step = Math.max(1, registers[base + MAX_STEP] & 0x3f);
    int error = count - target;
    // Within 1 % nothing moves: the chip's own gain terms would settle there, steps would hunt.
    int change =
        Math.abs(error) * 100 <= target ? 0 : Integer.signum(error) * fineStep(error, target, step);
    registers[base + SETTING] =
        Math.clamp(registers[base + SETTING] + change, registers[base + MIN_DRIVE], 0xff);
  }

  private static int fineStep(int error, int target, int step) {
    return Math.clamp(Math.abs(error) * 255L / Math.max(1, 4 * target), 1, step);
  }

  private static boolean inBlock(int register) {
    return register >= 0x30 && register < 0x80;
  }

  private static int base(int fan) {
    if (fan < 1 || fan > FANS) {
      throw new IllegalArgumentException("EMC2305 has fans 1 to " + FANS + ", got " + fan);
    }
    return 0x20 + 0x10 * fan;
  }
}
