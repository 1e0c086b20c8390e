package io.cade.agent.hw;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decoder of whole IPMI FRU images (FRU Information Storage Definition v1.0 rev. 1.3: §10 chassis,
 * §11 board, §12 product, §16 multirecord headers, §18.1 power supply, §18.3 DC load, §18.7 OEM:
 * derating of a supply). Pure. An area whose checksum or lengths are wrong is left out with its
 * reason; never an exception, and never more than {@value #MAX_RECORDS} records.
 */
public final class FruAreas {
  static final int MAX_RECORDS = 32;

  private static final int HEADER_LENGTH = 8;
  private static final int CHASSIS = 2;
  private static final int BOARD = 3;
  private static final int PRODUCT = 4;
  private static final int MULTIRECORD = 5;
  private static final int RECORD_HEADER = 5;
  private static final int END_OF_LIST = 0x80;
  private static final int RECORD_VERSION = 2;
  private static final int POWER_SUPPLY = 0x00;
  private static final int DC_LOAD = 0x02;
  private static final int OEM = 0xc0;
  // The manufacturer's number in OEM records is its enterprise number (§18.7).
  private static final int MANUFACTURER = 32473;
  private static final int END_OF_FIELDS = 0xc1;
  private static final int ENGLISH = 25;

  private FruAreas() {}

  /**
   * The outcome of a decoding.
   *
   * @param inventory what is sound; empty when not even the common header is
   * @param flaws what is not, one line an area
   */
  public record Result(Optional<FruInventory> inventory, List<String> flaws) {
    public Result {
      flaws = List.copyOf(flaws);
    }
  }

  /** Decodes every area that the image has. */
  public static Result decode(byte[] image) {
    List<String> flaws = new ArrayList<>();
    if (image.length < HEADER_LENGTH
        || (image[0] & 0x0f) != 1
        || Fru.sum(image, 0, HEADER_LENGTH) != 0) {
      return new Result(Optional.empty(), List.of("FRU inventory: the common header is not sound"));
    }
    List<String> chassis = area(image, CHASSIS, 3, "chassis", flaws);
    List<String> product = area(image, PRODUCT, 3, "product", flaws);
    FruBoardInfo board = null;
    if (image[BOARD] != 0) {
      switch (Fru.decode(image)) {
        case FruBoardInfo info -> board = info;
        case FruResult.Unusable(String cause) -> flaws.add(cause);
      }
    }
    return new Result(
        Optional.of(
            new FruInventory(
                chassis.isEmpty() ? "" : chassis.get(0),
                chassis.size() < 2 ? "" : chassis.get(1),
                board,
                product,
                records(image, flaws))),
        flaws);
  }

  /** The text fields of an area of common build: version, length, one byte, fields, checksum. */
  private static List<String> area(
      byte[] image, int offset, int first, String name, List<String> flaws) {
    int start = (image[offset] & 0xff) * 8;
    if (start == 0) {
      return List.of();
    }
    if (start + first >= image.length) {
      flaws.add(name + " info area begins outside the image");
      return List.of();
    }
    int length = (image[start + 1] & 0xff) * 8;
    if (length <= first
        || start + length > image.length
        || (image[start] & 0x0f) != 1
        || Fru.sum(image, start, length) != 0) {
      flaws.add(name + " info area: length, version or checksum is wrong");
      return List.of();
    }
    // §10: texts of the chassis area are English whatever the third byte, which is its type there.
    int language = offset == CHASSIS ? ENGLISH : image[start + 2] & 0xff;
    List<String> fields = new ArrayList<>();
    int end = start + length - 1;
    int at = start + first;
    while (at < end && fields.size() < Fru.MAX_FIELDS) {
      int typeLength = image[at] & 0xff;
      if (typeLength == END_OF_FIELDS) {
        return fields;
      }
      int size = typeLength & 0x3f;
      if (at + 1 + size > end) {
        break;
      }
      fields.add(Fru.text(image, at + 1, size, typeLength >> 6, language));
      at += 1 + size;
    }
    flaws.add(name + " info area: fields do not end within it");
    return List.of();
  }

  private static List<FruInventory.Power> records(byte[] image, List<String> flaws) {
    List<FruInventory.Power> powers = new ArrayList<>();
    int at = (image[MULTIRECORD] & 0xff) * 8;
    if (at == 0) {
      return powers;
    }
    for (int i = 0; i < MAX_RECORDS; i++) {
      if (at + RECORD_HEADER > image.length || Fru.sum(image, at, RECORD_HEADER) != 0) {
        flaws.add("multirecord area: header of record " + i + " is not sound");
        return powers;
      }
      int type = image[at] & 0xff;
      int flags = image[at + 1] & 0xff;
      int length = image[at + 2] & 0xff;
      int data = at + RECORD_HEADER;
      // §16.2.2: sum of the data and its checksum is zero.
      if (data + length > image.length
          || (flags & 0x07) != RECORD_VERSION
          || (Fru.sum(image, data, length) + (image[at + 3] & 0xff) & 0xff) != 0) {
        flaws.add("multirecord area: record " + i + " is not sound");
        return powers;
      }
      if (type == POWER_SUPPLY && length >= 2) {
        // §18.1: bits 11 to 0 of the first word.
        powers.add(new FruInventory.Supply(word(image, data) & 0x0fff));
      } else if (type == DC_LOAD && length >= 13) {
        powers.add(
            new FruInventory.Load(
                image[data] & 0x0f, (short) word(image, data + 1) * 10, word(image, data + 11)));
      } else if (type == OEM
          && length >= 5
          && (word(image, data) | (image[data + 2] & 0xff) << 16) == MANUFACTURER) {
        powers.add(new FruInventory.Derating(image[data + 3] & 0xff, image[data + 4] & 0xff));
      }
      if ((flags & END_OF_LIST) != 0) {
        return powers;
      }
      at = data + length;
    }
    flaws.add("multirecord area: more than " + MAX_RECORDS + " records");
    return powers;
  }

  private static int word(byte[] image, int at) {
    return (image[at] & 0xff) | (image[at + 1] & 0xff) << 8;
  }
}
