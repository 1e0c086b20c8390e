package io.cade.engine.operate;

import io.cade.engine.change.Refusal;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The directory at the end of a ZIP (APPNOTE.TXT 6.3, 4.3.12 to 4.3.16), read piece by piece: how
 * much memory that takes does not depend on what somebody has uploaded. {@link
 * java.util.zip.ZipFile} keeps it whole, with a table of all entries, before its caller can look at
 * anything.
 *
 * <p>Only one form is taken: the directory, directly behind it the end record, with that of ZIP64
 * between them if there is one, and behind it nothing but the comment. Where two readers could find
 * two different directories the archive is refused.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_BYTES = 56;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int LOCATOR_64_BYTES = 20;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int MAX_COMMENT = 0xffff;

  private ZipDirectory() {}

  /** What the end record says. */
  private record End(long entries, long bytes, long offset, long at) {}

  /**
   * How many entries the directory lists.
   *
   * @param maxEntries more are refused
   * @param maxBytes a longer directory is refused
   * @throws Refusal CONTENT when there is no such directory, or not just one; LIMIT
   */
  static int entries(Path zip, int maxEntries, int maxBytes) throws Refusal, IOException {
    try (FileChannel file = FileChannel.open(zip)) {
      End end = find(file);
      if (end.entries() > maxEntries) {
        throw new Refusal(
            Refusal.Kind.LIMIT,
            "the content lists "
                + Long.toUnsignedString(end.entries())
                + " files and directories, limit "
                + maxEntries);
      }
      if (end.bytes() > maxBytes) {
        throw new Refusal(
            Refusal.Kind.LIMIT,
            "the directory of the content is larger than " + (maxBytes >> 20) + " MiB");
      }
      if (end.offset() + end.bytes() != end.at()) {
        throw incomplete("its directory is not where its end says");
      }
      count(file, end);
      return (int) end.entries();
    }
  }

  private static End find(FileChannel file) throws Refusal, IOException {
    long size = file.size();
    int tail = (int) Math.min(size, END_BYTES + MAX_COMMENT);
    ByteBuffer bytes = read(file, size - tail, tail);
    int at = -1;
    for (int i = tail - END_BYTES; i >= 0; i--) {
      if (bytes.getInt(i) == END && i + END_BYTES + unsigned(bytes.getShort(i + 20)) == tail) {
        if (at >= 0) {
          throw incomplete("it has two ends");
        }
        at = i;
      }
    }
    if (at < 0) {
      throw incomplete("its end is missing");
    }
    int entries = unsigned(bytes.getShort(at + 10));
    long length = Integer.toUnsignedLong(bytes.getInt(at + 12));
    long offset = Integer.toUnsignedLong(bytes.getInt(at + 16));
    if (bytes.getInt(at + 4) != 0 || unsigned(bytes.getShort(at + 8)) != entries) {
      throw incomplete("it is a part of several");
    }
    long position = size - tail + at;
    End plain = new End(entries, length, offset, position);
    return find64(file, plain);
  }

  /** With a locator before the end, its record counts. */
  private static End find64(FileChannel file, End plain) throws Refusal, IOException {
    long locatorAt = plain.at() - LOCATOR_64_BYTES;
    boolean wanted =
        plain.entries() == 0xffff || plain.bytes() == 0xffffffffL || plain.offset() == 0xffffffffL;
    if (locatorAt < END_64_BYTES
        || read(file, locatorAt, LOCATOR_64_BYTES).getInt(0) != LOCATOR_64) {
      if (wanted && plain.entries() != 0xffff) {
        throw incomplete("its ZIP64 end is missing");
      }
      return plain;
    }
    long at = locatorAt - END_64_BYTES;
    ByteBuffer locator = read(file, locatorAt, LOCATOR_64_BYTES);
    ByteBuffer end = read(file, at, END_64_BYTES);
    if (locator.getLong(8) != at
        || end.getInt(0) != END_64
        || end.getLong(4) != END_64_BYTES - 12) {
      throw incomplete("its ZIP64 end is not before its end");
    }
    long entries = end.getLong(32);
    long length = end.getLong(40);
    long offset = end.getLong(48);
    if (end.getLong(24) != entries
        || entries < 0
        || length < 0
        || offset < 0
        || offset > at
        || contradicts(plain.entries(), 0xffff, entries)
        || contradicts(plain.bytes(), 0xffffffffL, length)
        || contradicts(plain.offset(), 0xffffffffL, offset)) {
      throw incomplete("its two ends contradict each other");
    }
    return new End(entries, length, offset, at);
  }

  private static boolean contradicts(long plain, long seeThere, long wide) {
    return plain != seeThere && plain != wide;
  }

  /** Walks through the directory: its entries fill it, and there are as many as its end says. */
  private static void count(FileChannel file, End end) throws Refusal, IOException {
    file.position(end.offset());
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(Channels.newInputStream(file), 64 << 10));
    byte[] head = new byte[ENTRY_BYTES];
    long left = end.bytes();
    try {
      for (long i = 0; i < end.entries(); i++) {
        in.readFully(head);
        ByteBuffer entry = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        int rest =
            unsigned(entry.getShort(28))
                + unsigned(entry.getShort(30))
                + unsigned(entry.getShort(32));
        left -= ENTRY_BYTES + rest;
        if (entry.getInt(0) != ENTRY || left < 0) {
          throw incomplete("its directory is damaged");
        }
        in.skipNBytes(rest);
      }
    } catch (EOFException e) {
      throw incomplete("its directory is cut off");
    }
    if (left != 0) {
      throw incomplete("its directory lists more than its end says");
    }
  }

  private static ByteBuffer read(FileChannel file, long at, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining() && file.read(buffer, at + buffer.position()) >= 0) {
      // A channel may read less than it is asked for.
    }
    if (buffer.hasRemaining()) {
      throw new EOFException();
    }
    return buffer;
  }

  private static int unsigned(short value) {
    return Short.toUnsignedInt(value);
  }

  private static Refusal incomplete(String why) {
    return new Refusal(Refusal.Kind.CONTENT, "the content is not a complete ZIP: " + why);
  }
}
