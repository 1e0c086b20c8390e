package io.cade.sim.device;

import io.cade.agent.hw.FruBoardInfo;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * Writes inventory images as a board's factory would (IPMI FRU Information Storage Definition v1.0
 * rev. 1.3). Written apart from the decoder of the agent, so that one is a check of the other.
 */
public final class FruImage {

  private static final Instant EPOCH = Instant.parse("1996-01-01T00:00:00Z");
  private static final int ENGLISH = 25;

  private FruImage() {}

  /**
   * An image of common header and board info area, all texts 8-bit Latin 1.
   *
   * @throws IllegalArgumentException if a text is over 63 characters, exactly one (its type/length
   *     byte would be the end mark), or the whole does not fit into 256 bytes
   */
  public static byte[] encode(FruBoardInfo board) {
    ByteArrayOutputStream area = new ByteArrayOutputStream();
    area.write(1);
    area.write(0); // length, below
    area.write(ENGLISH);
    Instant manufactured = board.manufactured();
    long minutes = manufactured == null ? 0 : Duration.between(EPOCH, manufactured).toMinutes();
    for (int shift = 0; shift < 24; shift += 8) {
      area.write((int) (minutes >> shift) & 0xff);
    }
    text(area, board.manufacturer());
    text(area, board.product());
    text(area, board.serial());
    text(area, board.partNumber());
    text(area, board.fruFileId());
    for (String custom : board.custom()) {
      text(area, custom);
    }
    area.write(0xc1);
    while (area.size() % 8 != 7) {
      area.write(0);
    }
    area.write(0); // checksum, below
    byte[] bytes = area.toByteArray();
    bytes[1] = (byte) (bytes.length / 8);
    bytes[bytes.length - 1] = checksum(bytes, 0, bytes.length - 1);

    byte[] image = new byte[8 + bytes.length];
    if (image.length > Eeprom24c02Model.SIZE) {
      throw new IllegalArgumentException(
          "inventory of " + image.length + " bytes does not fit into " + Eeprom24c02Model.SIZE);
    }
    image[0] = 1;
    image[3] = 1; // the board area begins at byte 8
    image[7] = checksum(image, 0, 7);
    System.arraycopy(bytes, 0, image, 8, bytes.length);
    return image;
  }

  /**
   * The same for a power supply, with what it may give (type 0x00 of the multirecord area) and what
   * it loses in warm air (OEM record).
   *
   * @param permillePerDegree of its capacity, above {@code fromCelsius}
   */
  public static byte[] supply(
      FruBoardInfo board, int capacityWatts, int fromCelsius, int permillePerDegree) {
    // §18.1: capacity; all else is left "unspecified".
    byte[] data = new byte[24];
    data[0] = (byte) capacityWatts;
    data[1] = (byte) (capacityWatts >> 8 & 0x0f);
    // §18.7: manufacturer's number, little end first (RFC 5612's until there is another).
    byte[] oem = {(byte) 0xd9, 0x7e, 0, (byte) fromCelsius, (byte) permillePerDegree};
    byte[] first = withRecord(encode(board), 0x00, data, false);
    return record(first, 0xc0, oem, true);
  }

  /** The same for a card, with what it may draw from its 12 V (type 0x02). */
  public static byte[] card(FruBoardInfo board, int maxWatts) {
    byte[] data = new byte[13];
    data[0] = 1;
    little(data, 1, 1200);
    little(data, 3, 1140);
    little(data, 5, 1260);
    little(data, 7, 120);
    little(data, 11, (int) Math.ceil(maxWatts * 1000 / 12.0));
    return withRecord(encode(board), 0x02, data, true);
  }

  private static byte[] withRecord(byte[] image, int type, byte[] data, boolean last) {
    byte[] whole = record(image, type, data, last);
    whole[5] = (byte) (image.length / 8);
    whole[7] = 0;
    whole[7] = checksum(whole, 0, 7);
    return whole;
  }

  private static byte[] record(byte[] image, int type, byte[] data, boolean last) {
    byte[] whole = Arrays.copyOf(image, image.length + 5 + data.length);
    if (whole.length > Eeprom24c02Model.SIZE) {
      throw new IllegalArgumentException(
          "inventory of " + whole.length + " bytes does not fit into " + Eeprom24c02Model.SIZE);
    }
    int at = image.length;
    whole[at] = (byte) type;
    // Format version 2, and whether it is the last.
    whole[at + 1] = (byte) (last ? 0x82 : 0x02);
    whole[at + 2] = (byte) data.length;
    whole[at + 3] = checksum(data, 0, data.length);
    whole[at + 4] = checksum(whole, at, at + 4);
    System.arraycopy(data, 0, whole, at + 5, data.length);
    return whole;
  }

  private static void little(byte[] bytes, int at, int word) {
    bytes[at] = (byte) word;
    bytes[at + 1] = (byte) (word >> 8);
  }

  private static void text(ByteArrayOutputStream area, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length > 63 || bytes.length == 1) {
      throw new IllegalArgumentException(
          "an inventory text has 0 or 2 to 63 characters, got " + bytes.length + ": " + text);
    }
    area.write(0xc0 | bytes.length);
    area.writeBytes(bytes);
  }

  private static byte checksum(byte[] bytes, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += bytes[i];
    }
    return (byte) -sum;
  }
}
