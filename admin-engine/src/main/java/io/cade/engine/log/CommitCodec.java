package io.cade.engine.log;

import io.cade.agent.wire.WireJson;
import io.cade.engine.change.Commit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One record of a segment: length of the body (4 octets), CRC-32C of the body (4), body: the commit
 * as JSON. Not thread-safe.
 */
final class CommitCodec {
  static final int HEADER = 8;

  /** A commit larger than this is a mistake of the program. */
  static final int MAX_BODY = 8 << 20;

  private final WireJson json = new WireJson();

  byte[] encode(Commit commit) throws IOException {
    byte[] body = json.encode(commit);
    if (body.length > MAX_BODY) {
      throw new IOException(
          "commit " + commit.position() + " has " + body.length + " bytes, limit " + MAX_BODY);
    }
    ByteBuffer record = ByteBuffer.allocate(HEADER + body.length);
    record.putInt(body.length).putInt(crc(body, 0, body.length)).put(body);
    return record.array();
  }

  /** The record at an offset, or null when there is no whole and sound one. */
  @Nullable Commit decode(byte[] segment, int offset) {
    int end = end(segment, offset);
    if (end < 0) {
      return null;
    }
    byte[] body = new byte[end - offset - HEADER];
    System.arraycopy(segment, offset + HEADER, body, 0, body.length);
    try {
      return json.decode(body, Commit.class);
    } catch (IOException e) {
      return null;
    }
  }

  /** Where a sound record that starts at the offset ends, or -1. */
  static int end(byte[] segment, int offset) {
    if (offset + HEADER > segment.length) {
      return -1;
    }
    ByteBuffer header = ByteBuffer.wrap(segment, offset, HEADER);
    int length = header.getInt();
    int crc = header.getInt();
    if (length < 2 || length > MAX_BODY || offset + HEADER + length > segment.length) {
      return -1;
    }
    int end = offset + HEADER + length;
    return crc == crc(segment, offset + HEADER, length) ? end : -1;
  }

  private static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
