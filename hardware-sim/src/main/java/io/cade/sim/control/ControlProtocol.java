package io.cade.sim.control;

import io.cade.agent.wire.WireJson;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * One line of JSON each way on a connection of its own: {@code {"command":["pull","1.3"]}}, then
 * {@code {"ok":true,"message":"…"}}. Immutable.
 */
public final class ControlProtocol {
  /** No request is longer, in bytes with its line end. */
  public static final int MAX_REQUEST = 4096;

  /** No reply is longer, in bytes with its line end. */
  public static final int MAX_REPLY = 256 << 10;

  private final WireJson json = new WireJson();

  void send(WritableByteChannel channel, Object message) throws IOException {
    byte[] text = json.encode(message);
    ByteBuffer line = ByteBuffer.allocate(text.length + 1).put(text).put((byte) '\n').flip();
    while (line.hasRemaining()) {
      channel.write(line);
    }
  }

  /**
   * @throws EOFException when the other side ended before the end of the line
   * @throws IOException when the line is too long or not such a message
   */
  <T> T receive(ReadableByteChannel channel, int maxBytes, Class<T> type) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(maxBytes);
    while (true) {
      int from = buffer.position();
      int count = channel.read(buffer);
      if (count < 0) {
        throw new EOFException("the other side ended without a whole line");
      }
      for (int i = from; i < from + count; i++) {
        if (buffer.get(i) == '\n') {
          byte[] line = new byte[i];
          buffer.get(0, line);
          return json.decode(line, type);
        }
      }
      if (!buffer.hasRemaining()) {
        throw new IOException("a line of more than " + maxBytes + " bytes");
      }
    }
  }
}
