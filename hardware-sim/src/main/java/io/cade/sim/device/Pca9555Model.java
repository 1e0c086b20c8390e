package io.cade.sim.device;

/**
 * PCA9555 16-bit I/O expander: command byte, four register pairs, toggling within the pair. Source:
 * NXP PCA9555 data sheet rev. 10, §6.2 and §6.5. Guarded by the wire's lock.
 */
public final class Pca9555Model implements I2cDevice {

  private static final int INPUT = 0;
  private static final int OUTPUT = 1;
  private static final int POLARITY = 2;
  private static final int CONFIGURATION = 3;

  // By pair: input (unused, computed), output, polarity, configuration; table 5 to 11 give the
  // power-on values.
  private final int[] registers = {0, 0xffff, 0, 0xffff};
  // 100 kΩ pull-ups: an open pin reads high.
  private int external = 0xffff;
  private int lastRead = 0xffff;
  private int command;
  private boolean commandNext;

  /** A chip after power-on, all pins open inputs. */
  public Pca9555Model() {
    reset();
  }

  /**
   * The physical side: the level that the outside puts on a pin, 0 (IO0_0) to 15 (IO1_7); seen
   * while the pin is an input.
   */
  public void setPin(int pin, boolean high) {
    int bit = bit(pin);
    external = high ? external | bit : external & ~bit;
  }

  /** The level of a pin as the outside sees it. */
  public boolean pin(int pin) {
    return (levels() & bit(pin)) != 0;
  }

  /**
   * The level of the open-drain INT pin: low while an input differs from what was last read of its
   * port (§6.4); going back, or a read, ends it. Outputs do not count.
   */
  public boolean interruptPin() {
    return ((levels() ^ lastRead) & registers[CONFIGURATION]) == 0;
  }

  @Override
  public void powerOn() {
    reset();
  }

  @Override
  public boolean start(Direction direction) {
    commandNext = direction == Direction.WRITE;
    return true;
  }

  @Override
  public boolean write(int value) {
    if (commandNext) {
      command = value & 0x07;
      commandNext = false;
      return true;
    }
    int pair = command >> 1;
    if (pair != INPUT) {
      int shift = (command & 1) * 8;
      registers[pair] = (registers[pair] & ~(0xff << shift)) | value << shift;
    }
    command ^= 1;
    return true;
  }

  @Override
  public int read() {
    int pair = command >> 1;
    int word = pair == INPUT ? levels() ^ registers[POLARITY] : registers[pair];
    int value = word >> ((command & 1) * 8) & 0xff;
    if (pair == INPUT) {
      int port = 0xff << ((command & 1) * 8);
      lastRead = (lastRead & ~port) | (levels() & port);
    }
    command ^= 1;
    return value;
  }

  @Override
  public void stop() {
    // The command byte survives: §6.5.2, a read continues with the register last named.
  }

  /** Tables 5 to 11 give the power-on values; the outside of the pins does not change. */
  private void reset() {
    registers[OUTPUT] = 0xffff;
    registers[POLARITY] = 0;
    registers[CONFIGURATION] = 0xffff;
    command = 0;
    lastRead = levels();
  }

  private int levels() {
    int inputs = registers[CONFIGURATION];
    return (external & inputs) | (registers[OUTPUT] & ~inputs & 0xffff);
  }

  private static int bit(int pin) {
    if (pin < 0 || pin > 15) {
      throw new IllegalArgumentException("PCA9555 has pins 0 to 15, got " + pin);
    }
    return 1 << pin;
  }
}
