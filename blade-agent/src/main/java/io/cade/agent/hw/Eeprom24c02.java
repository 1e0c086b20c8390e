package io.cade.agent.hw;

import com.pi4j.context.Context;

/**
 * Driver of a 24C02 serial EEPROM of 256 bytes that holds an inventory. Source: Microchip AT24C02D
 * data sheet DS20006102, §8 (random and sequential read). Reads only: an inventory is written in
 * the factory.
 *
 * <p>Not thread-safe: one owner thread, or the lock of the aggregate that holds it.
 */
public final class Eeprom24c02 implements AutoCloseable {

  /** Bytes. */
  public static final int SIZE = 256;

  // Small transfers leave the bus to others in between and fit adapters that cannot move more at
  // once (SMBus block: 32).
  private static final int CHUNK = 32;

  private final BusDevice device;

  /**
   * Prepares the driver; the bus is touched at the first call.
   *
   * @param address 7 bits, 0x50 to 0x57 by the chip's address pins
   */
  public Eeprom24c02(Context context, int bus, int address) {
    this.device = new BusDevice(context, bus, address, "EEPROM 24C02");
  }

  /** The whole contents, {@value #SIZE} bytes. */
  public byte[] readAll() throws BusException {
    byte[] image = new byte[SIZE];
    for (int at = 0; at < SIZE; at += CHUNK) {
      System.arraycopy(device.read(at, CHUNK), 0, image, at, CHUNK);
    }
    return image;
  }

  @Override
  public void close() {
    device.close();
  }
}
