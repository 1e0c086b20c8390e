package io.cade.sim.device;

import io.cade.agent.hw.FruBoardInfo;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

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
