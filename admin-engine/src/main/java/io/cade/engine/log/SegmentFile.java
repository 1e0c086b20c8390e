package io.cade.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The format of a segment file: 7 octets magic, 1 octet version, then records to its end, or to the
 * zeros that are there in place of records to come.
 */
final class SegmentFile {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentFile.class);
  private static final byte[] MAGIC = "CADELOG".getBytes(StandardCharsets.US_ASCII);
  private static final int FORMAT = 1;
  private static final String SUFFIX = ".log";

  /** Least unit that a disk writes whole. */
  private static final int SECTOR = 512;

  static final int HEADER = 8;

  private SegmentFile() {}

  static String name(long firstPosition) {
    return "%020d%s".formatted(firstPosition, SUFFIX);
  }

  static boolean isSegment(Path file) {
    return file.getFileName().toString().endsWith(SUFFIX);
  }

  static long firstPosition(Path file) throws IOException {
    String name = file.getFileName().toString();
    try {
      return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    } catch (NumberFormatException e) {
      throw new IOException(file + " is not a file of the change log; move it away", e);
    }
  }

  static ByteBuffer header() {
    return ByteBuffer.allocate(HEADER).put(MAGIC).put((byte) FORMAT).flip();
  }

  /** Whether the file was only begun when the machine stopped: nothing in it was acknowledged. */
  static boolean isUnborn(byte[] bytes) {
    if (bytes.length < HEADER) {
      return true;
    }
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    // Length known, content never written.
    return true;
  }

  /** Header and records; the zeros of room ahead are left out. */
  static byte[] read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < HEADER) {
      throw damage(file, 0);
    }
    for (int i = 0; i < MAGIC.length; i++) {
      if (bytes[i] != MAGIC[i]) {
        throw new IOException(
            file + " is not a change log, or damaged at its start; restore a backup");
      }
    }
    bytes = withoutZeros(bytes);
    int format = Byte.toUnsignedInt(bytes[MAGIC.length]);
    if (format > FORMAT) {
      throw new IOException(
          file
              + " was written by a newer version (format "
              + format
              + ", this one knows "
              + FORMAT
              + "); start that version or restore an older backup");
    }
    return bytes;
  }

  /** No record ends in a zero, for its body is JSON. */
  private static byte[] withoutZeros(byte[] bytes) {
    int end = bytes.length;
    while (end > HEADER && bytes[end - 1] == 0) {
      end--;
    }
    return end == bytes.length ? bytes : Arrays.copyOf(bytes, end);
  }

  /** What sound records a segment begins with. */
  record Sound(long last, int end) {}

  /**
   * Looks through the newest segment for the end of what is sound.
   *
   * @throws IOException when what follows the end was acknowledged once
   */
  static Sound check(Path file, byte[] bytes, long firstPosition) throws IOException {
    long last = firstPosition - 1;
    int end = HEADER;
    while (end < bytes.length) {
      int next = CommitCodec.end(bytes, end);
      if (next < 0) {
        break;
      }
      end = next;
      last++;
    }
    if (end < bytes.length) {
      refuseUnlessTorn(file, bytes, end, last + 1);
      LOG.warn(
          "{}: {} bytes of a write that was never acknowledged are cut off at byte {}",
          file,
          bytes.length - end,
          end);
    }
    return new Sound(last, end);
  }

  /**
   * Sound records behind a damaged one mean damage to what was acknowledged, with one exception:
   * those of the same batch, when a whole sector between is still zero. Then the batch was being
   * written when the power failed, later parts first.
   */
  private static void refuseUnlessTorn(Path file, byte[] bytes, int damaged, long position)
      throws IOException {
    boolean torn = false;
    for (int at = damaged + 1; at + CommitCodec.HEADER < bytes.length; at++) {
      int end = CommitCodec.end(bytes, at);
      if (end > 0) {
        torn = torn || hasZeroSector(bytes, damaged, at);
        if (!torn || CommitCodec.batch(bytes, at) > position) {
          throw damage(file, damaged);
        }
        at = end - 1;
      }
    }
  }

  private static boolean hasZeroSector(byte[] bytes, int from, int to) {
    // The part of a sector at either side of the gap counts too: it shares its sector with what
    // was written before or after, and the gap's part of it is zero when it was not.
    for (int start = from; start < to; start = (start / SECTOR + 1) * SECTOR) {
      int end = Math.min((start / SECTOR + 1) * SECTOR, to);
      boolean zero = end - start >= CommitCodec.HEADER;
      for (int i = start; zero && i < end; i++) {
        zero = bytes[i] == 0;
      }
      if (zero) {
        return true;
      }
    }
    return false;
  }

  static IOException damage(Path file, int offset) {
    return new IOException(
        file
            + " is damaged at byte "
            + offset
            + " with acknowledged changes behind it; restore a backup of the state directory");
  }
}
