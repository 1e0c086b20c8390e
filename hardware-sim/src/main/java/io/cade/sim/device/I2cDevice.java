package io.cade.sim.device;

/**
 * A chip as its bus sees it: one call per byte and per bus condition (I2C-bus specification
 * UM10204, 3.1). Called only while the lock of its {@link I2cWire} is held.
 */
public interface I2cDevice {

  /** Direction of a transfer, the R/W bit after the address. */
  enum Direction {
    WRITE,
    READ
  }

  /** Supply voltage returns: volatile registers take their power-on values. */
  void powerOn();

  /**
   * A START or repeated START with this chip's address.
   *
   * @return false for no acknowledge (NACK)
   */
  boolean start(Direction direction);

  /**
   * The master sends a byte.
   *
   * @param value 0 to 255
   * @return false for NACK: the byte was not taken
   */
  boolean write(int value);

  /** The master clocks a byte out of the chip, 0 to 255. */
  int read();

  /** A STOP ends what the last START began. */
  void stop();
}
