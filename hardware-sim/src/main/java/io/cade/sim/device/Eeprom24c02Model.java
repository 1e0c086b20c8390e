package io.cade.sim.device;

import java.util.Arrays;

/**
 * 24C02 serial EEPROM: 256 bytes, address pointer, sequential read that wraps at the end, page
 * write of 8 bytes that wraps within its page and is carried out at STOP, and a write cycle during
 * which nothing is acknowledged. Source: Microchip AT24C02D data sheet DS20006102, §7 and §8.
 * Guarded by the wire's lock.
 */
public final class Eeprom24c02Model implements I2cDevice {

  public static final int SIZE = 256;
  private static final int PAGE = 8;

  /** How many polls a write cycle answers with NACK; there is no clock here to measure its 5 ms. */
  static final int WRITE_CYCLE_POLLS = 2;

  private final byte[] cells = new byte[SIZE];
  private final byte[] pageBuffer = new byte[PAGE];
  private final boolean[] pageWritten = new boolean[PAGE];
  private int pointer;
  private boolean addressNext;
  private int busyPolls;
  private boolean writeProtected;

  /** Holds {@code image}; the rest is erased (0xff). */
  public Eeprom24c02Model(byte[] image) {
    load(image);
  }

  /** The physical side: another board with other contents, or corruption of a cell. */
  public void load(byte[] image) {
    if (image.length > SIZE) {
      throw new IllegalArgumentException(
          "image of " + image.length + " bytes, a 24C02 has " + SIZE);
    }
    Arrays.fill(cells, (byte) 0xff);
    System.arraycopy(image, 0, cells, 0, image.length);
  }

  /** The WP pin: high lets the chip take and forget every write. */
  public void setWriteProtected(boolean writeProtected) {
    this.writeProtected = writeProtected;
  }

  @Override
  public void powerOn() {
    pointer = 0;
    busyPolls = 0;
    Arrays.fill(pageWritten, false);
  }

  @Override
  public boolean start(Direction direction) {
    if (busyPolls > 0) {
      busyPolls--;
      return false;
    }
    // A repeated START before the STOP abandons the page that was being filled.
    Arrays.fill(pageWritten, false);
    addressNext = direction == Direction.WRITE;
    return true;
  }

  @Override
  public boolean write(int value) {
    if (addressNext) {
      pointer = value;
      addressNext = false;
      return true;
    }
    if (writeProtected) {
      return true;
    }
    pageBuffer[pointer % PAGE] = (byte) value;
    pageWritten[pointer % PAGE] = true;
    pointer = pointer / PAGE * PAGE + (pointer + 1) % PAGE;
    return true;
  }

  @Override
  public int read() {
    int value = cells[pointer] & 0xff;
    pointer = (pointer + 1) % SIZE;
    return value;
  }

  @Override
  public void stop() {
    int page = pointer / PAGE * PAGE;
    boolean any = false;
    for (int i = 0; i < PAGE; i++) {
      if (pageWritten[i]) {
        cells[page + i] = pageBuffer[i];
        any = true;
      }
    }
    Arrays.fill(pageWritten, false);
    if (any) {
      busyPolls = WRITE_CYCLE_POLLS;
    }
  }
}
