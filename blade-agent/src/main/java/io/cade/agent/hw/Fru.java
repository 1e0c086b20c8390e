package io.cade.agent.hw;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decoder of IPMI FRU inventory images (FRU Information Storage Definition v1.0 rev. 1.3: §8 common
 * header, §11 board info area, §13 type/length byte). Pure; bad input of any kind is an {@link
 * FruResult.Unusable}, never an exception. At most {@value #MAX_FIELDS} fields.
 */
public final class Fru {

  static final int MAX_FIELDS = 32;

  private static final int HEADER_LENGTH = 8;
  private static final int FORMAT_VERSION = 1;
  private static final int BOARD_OFFSET = 3;
  private static final int FIRST_FIELD = 6;
  private static final int FIXED_FIELDS = 5;
  private static final int END_OF_FIELDS = 0xc1;
  private static final Instant EPOCH = Instant.parse("1996-01-01T00:00:00Z");
  private static final String BCD_PLUS = "0123456789 -.???";

  private Fru() {}

  /** Decodes the board info area of the image. */
  public static FruResult decode(byte[] image) {
    if (image.length < HEADER_LENGTH) {
      return bad("image of " + image.length + " bytes is shorter than the common header");
    }
    int version = image[0] & 0x0f;
    if (version != FORMAT_VERSION) {
      return bad("common header: format version " + version + ", expected " + FORMAT_VERSION);
    }
    if (sum(image, 0, HEADER_LENGTH) != 0) {
      return bad("common header: checksum is wrong");
    }
    int start = (image[BOARD_OFFSET] & 0xff) * 8;
    if (start == 0) {
      return bad("there is no board info area");
    }
    if (start + FIRST_FIELD >= image.length) {
      return bad("board info area begins at byte " + start + ", outside the image");
    }
    int length = (image[start + 1] & 0xff) * 8;
    if (length <= FIRST_FIELD || start + length > image.length) {
      return bad(
          "board info area: length of " + length + " bytes at byte " + start + " does not fit");
    }
    if ((image[start] & 0x0f) != FORMAT_VERSION) {
      return bad("board info area: format version " + (image[start] & 0x0f));
    }
    if (sum(image, start, length) != 0) {
      return bad("board info area: checksum is wrong");
    }
    return boardInfo(image, start, start + length - 1);
  }

  private static FruResult boardInfo(byte[] image, int start, int end) {
    int language = image[start + 2] & 0xff;
    List<String> fields = new ArrayList<>();
    int at = start + FIRST_FIELD;
    while (true) {
      if (at >= end || fields.size() > MAX_FIELDS) {
        return bad("board info area: no end-of-fields mark before byte " + at);
      }
      int typeLength = image[at] & 0xff;
      if (typeLength == END_OF_FIELDS) {
        break;
      }
      int length = typeLength & 0x3f;
      if (at + 1 + length > end) {
        return bad("board info area: field at byte " + at + " is longer than the area");
      }
      fields.add(text(image, at + 1, length, typeLength >> 6, language));
      at += 1 + length;
    }
    while (fields.size() < FIXED_FIELDS) {
      fields.add("");
    }
    return new FruBoardInfo(
        manufactured(image, start + 3),
        fields.get(0),
        fields.get(1),
        fields.get(2),
        fields.get(3),
        fields.get(4),
        fields.subList(FIXED_FIELDS, fields.size()));
  }

  private static @Nullable Instant manufactured(byte[] image, int at) {
    int minutes = (image[at] & 0xff) | (image[at + 1] & 0xff) << 8 | (image[at + 2] & 0xff) << 16;
    return minutes == 0 ? null : EPOCH.plus(Duration.ofMinutes(minutes));
  }

  static String text(byte[] image, int at, int length, int type, int language) {
    return switch (type) {
      case 0b00 -> HexFormat.of().formatHex(image, at, at + length);
      case 0b01 -> bcdPlus(image, at, length);
      case 0b10 -> sixBit(image, at, length);
      // §13: 8-bit ASCII and Latin 1 where the language is English (codes 0 and 25), else 16-bit
      // Unicode, low byte first.
      default ->
          new String(
              image,
              at,
              length,
              language == 0 || language == 25
                  ? StandardCharsets.ISO_8859_1
                  : StandardCharsets.UTF_16LE);
    };
  }

  private static String bcdPlus(byte[] image, int at, int length) {
    StringBuilder digits = new StringBuilder(2 * length);
    for (int i = at; i < at + length; i++) {
      digits.append(BCD_PLUS.charAt(image[i] >> 4 & 0xf)).append(BCD_PLUS.charAt(image[i] & 0xf));
    }
    return digits.toString();
  }

  /**
   * Four characters in three bytes, the first in the low bits (§13.1); the alphabet begins at the
   * space.
   */
  private static String sixBit(byte[] image, int at, int length) {
    StringBuilder characters = new StringBuilder(length * 8 / 6);
    int bits = 0;
    int count = 0;
    for (int i = at; i < at + length; i++) {
      bits |= (image[i] & 0xff) << count;
      for (count += 8; count >= 6; count -= 6) {
        characters.append((char) (' ' + (bits & 0x3f)));
        bits >>>= 6;
      }
    }
    return characters.toString();
  }

  static int sum(byte[] image, int from, int length) {
    int sum = 0;
    for (int i = from; i < from + length; i++) {
      sum += image[i];
    }
    return sum & 0xff;
  }

  private static FruResult bad(String cause) {
    return new FruResult.Unusable("FRU inventory: " + cause);
  }
}
