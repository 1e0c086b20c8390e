package io.cade.engine.log;

import io.cade.agent.wire.WireJson;
import io.cade.engine.change.Commit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One record of a segment: length of the body (4 octets), CRC-32C of all that follows it (4), first
 * position of the batch that the record was written with (8), body: the commit as JSON. Immutable.
 *
 * <p>The batch is there for recovery: records of one batch may reach the disk in any order, so that
 * a damaged one in front of a sound one is no proof that acknowledged commits were hit, unless the
 * sound one came in a later batch.
 */
final class CommitCodec {
  static final int HEADER = 16;
  private static final int CRC_FROM = 8;

  /** A commit larger than this is a mistake of the program. */
  static final int MAX_BODY = WireJson.MAX_MESSAGE_BYTES;

  private final WireJson json = new WireJson();

  /**
   * The record of a commit.
   *
   * @throws IllegalArgumentException when it is too large or cannot be put into words
   */
  byte[] encode(Commit commit, long batch) {
    byte[] body;
    try {
      body = json.encode(commit);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "commit " + commit.position() + " cannot be encoded: " + e.getMessage(), e);
    }
    if (body.length > MAX_BODY) {
      throw new IllegalArgumentException(
          "commit " + commit.position() + " has " + body.length + " bytes, limit " + MAX_BODY);
    }
    ByteBuffer record = ByteBuffer.allocate(HEADER + body.length);
    record.putInt(body.length).putInt(0).putLong(batch).put(body);
    record.putInt(4, crc(record.array(), CRC_FROM, record.capacity() - CRC_FROM));
    return record.array();
  }

  /**
   * The commit of a sound record.
   *
   * @param end as {@link #end} told
   * @throws IOException when the body is no commit that this version understands
   */
  Commit decode(byte[] segment, int offset, int end) throws IOException {
    byte[] body = new byte[end - offset - HEADER];
    System.arraycopy(segment, offset + HEADER, body, 0, body.length);
    return json.decode(body, Commit.class);
  }

  /** Where a sound record that starts at the offset ends, or -1. */
  static int end(byte[] segment, int offset) {
    // In long: a damaged length must not wrap around.
    if (offset + (long) HEADER > segment.length) {
      return -1;
    }
    ByteBuffer header = ByteBuffer.wrap(segment, offset, HEADER);
    int length = header.getInt();
    int crc = header.getInt();
    if (length < 2 || length > MAX_BODY || offset + (long) HEADER + length > segment.length) {
      return -1;
    }
    int end = offset + HEADER + length;
    return crc == crc(segment, offset + CRC_FROM, HEADER - CRC_FROM + length) ? end : -1;
  }

  /** First position of the batch that a sound record was written with. */
  static long batch(byte[] segment, int offset) {
    return ByteBuffer.wrap(segment, offset + CRC_FROM, Long.BYTES).getLong();
  }

  private static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
