package io.cade.agent.hw;

import com.pi4j.context.Context;
import java.util.Arrays;

/**
 * Driver of a 24C02 serial EEPROM of 256 bytes that holds an inventory. Source: Microchip AT24C02D
 * data sheet DS20006102, §7 (page write, acknowledge polling) and §8 (random and sequential read).
 * Writing is for the factory, or for a technician who fits a board with its inventory.
 *
 * <p>Not thread-safe: one owner thread, or the lock of the aggregate that holds it.
 */
public final class Eeprom24c02 implements AutoCloseable {

  /** Bytes. */
  public static final int SIZE = 256;

  // Small transfers leave the bus to others in between and fit adapters that cannot move more at
  // once (SMBus block: 32).
  private static final int CHUNK = 32;

  // Pages of 8 bytes: a write that goes on past the end of one wraps within it (§7.2).
  private static final int PAGE = 8;
  // A write cycle takes at most 5 ms; a poll takes 0.2 ms at 100 kHz. Twice as many as needed.
  private static final int MAX_POLLS = 50;

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

  /**
   * Writes page by page, polls for the end of each write cycle, and reads back.
   *
   * @param at first byte, 0 to 255
   * @throws BusException when the chip is write protected, stays busy or does not answer
   * @throws IllegalArgumentException when the bytes do not fit
   */
  public void write(int at, byte[] bytes) throws BusException {
    if (at < 0 || at + bytes.length > SIZE) {
      throw new IllegalArgumentException(
          bytes.length + " bytes at " + at + " do not fit into " + SIZE);
    }
    int done = 0;
    while (done < bytes.length) {
      int length = Math.min(PAGE - (at + done) % PAGE, bytes.length - done);
      int[] page = new int[length];
      for (int i = 0; i < length; i++) {
        page[i] = bytes[done + i] & 0xff;
      }
      device.write(at + done, page);
      awaitCycle(at + done);
      done += length;
    }
    for (int i = 0; i < bytes.length; i += CHUNK) {
      int length = Math.min(CHUNK, bytes.length - i);
      byte[] back = device.read(at + i, length);
      if (!Arrays.equals(back, 0, length, bytes, i, i + length)) {
        throw new BusException(device + " did not keep what was written; is it write protected?");
      }
    }
  }

  /** Acknowledge polling (§7.3): the chip does not answer to its address during a write cycle. */
  private void awaitCycle(int at) throws BusException {
    BusException last = null;
    for (int poll = 0; poll < MAX_POLLS; poll++) {
      try {
        device.write(at);
        return;
      } catch (BusException e) {
        last = e;
      }
    }
    throw new BusException(device + ": write cycle at byte " + at + " does not end", last);
  }

  @Override
  public void close() {
    device.close();
  }
}
