package io.cade.engine.backup;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One file's header in a tar archive (POSIX.1-1988 "ustar"), in the single form that backups have:
 * any tar reads it, and a block that differs in one bit from what {@link #encode} writes is
 * refused.
 *
 * @param path of at most {@value BackupPaths#MAX_BYTES} octets
 * @param size octets, at most {@link #MAX_SIZE}
 * @param seconds since 1970
 */
record TarHeader(String path, long size, long seconds) {
  static final int BLOCK = 512;

  /** Eleven octal digits: 8 GiB less one octet. */
  static final long MAX_SIZE = (1L << 33) - 1;

  private static final int NAME = 100;
  private static final int PREFIX_AT = 345;
  private static final int PREFIX = 155;
  private static final int SIZE_AT = 124;
  private static final int TIME_AT = 136;
  private static final int SUM_AT = 148;
  private static final int TYPE_AT = 156;
  private static final int MAGIC_AT = 257;

  /** How many zeros follow a content, so that the next header begins with a block. */
  static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }

  /**
   * @throws IllegalArgumentException when the path or the size has no place in a header
   */
  byte[] encode() {
    byte[] block = new byte[BLOCK];
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    int cut = cut(name);
    int from = cut < 0 ? 0 : cut + 1;
    System.arraycopy(name, from, block, 0, name.length - from);
    System.arraycopy(name, 0, block, PREFIX_AT, Math.max(cut, 0));
    octal(block, 100, 7, 0600);
    octal(block, 108, 7, 0);
    octal(block, 116, 7, 0);
    octal(block, SIZE_AT, 11, size);
    octal(block, TIME_AT, 11, seconds);
    block[TYPE_AT] = '0';
    text(block, MAGIC_AT, "ustar\00000");
    Arrays.fill(block, SUM_AT, SUM_AT + 8, (byte) ' ');
    long sum = 0;
    for (byte b : block) {
      sum += Byte.toUnsignedInt(b);
    }
    octal(block, SUM_AT, 6, sum);
    block[SUM_AT + 6] = 0;
    return block;
  }

  /** Where a long path is cut in two; -1 when it need not be. */
  private static int cut(byte[] path) {
    if (path.length <= NAME) {
      return -1;
    }
    for (int i = Math.min(PREFIX, path.length - 2); i > 0; i--) {
      if (path[i] == '/' && path.length - i - 1 <= NAME) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "the path is too long: " + new String(path, StandardCharsets.UTF_8));
  }

  private static void octal(byte[] block, int at, int digits, long value) {
    if (value < 0 || value >= 1L << (3 * digits)) {
      throw new IllegalArgumentException(value + " needs more than " + digits + " octal digits");
    }
    long rest = value;
    for (int i = at + digits - 1; i >= at; i--) {
      block[i] = (byte) ('0' + (rest & 7));
      rest >>= 3;
    }
  }

  private static void text(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  static boolean isEnd(byte[] block) {
    return Arrays.equals(block, new byte[BLOCK]);
  }

  /**
   * Reads a header.
   *
   * @param offset where in the file it is, for messages
   */
  static TarHeader decode(byte[] block, long offset) throws BadBackup {
    String where = "the header at byte " + offset;
    if (!Arrays.equals(
        block, MAGIC_AT, MAGIC_AT + 5, "ustar".getBytes(StandardCharsets.US_ASCII), 0, 5)) {
      throw new BadBackup(where + " is not of a backup");
    }
    try {
      String prefix = string(block, PREFIX_AT, PREFIX);
      String name = string(block, 0, NAME);
      String path = prefix.isEmpty() ? name : prefix + "/" + name;
      byte type = block[TYPE_AT];
      if (type == '1' || type == '2') {
        throw new BadBackup(BackupPaths.shown(path) + " is a link; backups hold files only");
      }
      if (type != '0') {
        throw new BadBackup(BackupPaths.shown(path) + " is not a plain file");
      }
      TarHeader header = new TarHeader(path, number(block, SIZE_AT), number(block, TIME_AT));
      if (Arrays.equals(header.encode(), block)) {
        return header;
      }
    } catch (CharacterCodingException | IllegalArgumentException e) {
      throw new BadBackup(where + " is damaged", e);
    }
    throw new BadBackup(where + " is damaged");
  }

  private static String string(byte[] block, int at, int length) throws CharacterCodingException {
    int end = at;
    while (end < at + length && block[end] != 0) {
      end++;
    }
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(block, at, end - at))
        .toString();
  }

  private static long number(byte[] block, int at) {
    return Long.parseLong(new String(block, at, 11, StandardCharsets.US_ASCII), 8);
  }
}
