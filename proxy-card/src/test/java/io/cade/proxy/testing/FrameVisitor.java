package io.cade.proxy.testing;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A visitor who writes frames of HTTP/2 by hand, byte by byte as he likes (RFC 9113 §4.1), and
 * whose header blocks are literals (RFC 7541 §6.2.2) unless he is given others.
 */
public final class FrameVisitor implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PUSH_PROMISE = 5;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int ACK = 1;
  public static final int END_HEADERS = 4;
  public static final int PADDED = 8;

  public static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 65536);

  /**
   * One frame as received.
   *
   * @param fields of HEADERS, a line each
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Frame(int type, int flags, int stream, byte[] payload, String fields) {
    public boolean endsStream() {
      return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }

    /** Of RST_STREAM, or of GOAWAY. */
    public int error() {
      return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
    }

    public String text() {
      return new String(payload, StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * One response, or what came instead.
   *
   * @param status -1 when the stream was reset or the connection ended before it
   * @param error of RST_STREAM or GOAWAY, -1 when there was none
   * @param connection whether the error was one of the connection
   */
  public record Answer(
      int status, String headers, String body, String trailers, int error, boolean connection) {}

  public FrameVisitor(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000); // against hangs only
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Connects and says the preface with empty settings (RFC 9113 §3.4). */
  public static FrameVisitor at(InetSocketAddress proxy) throws IOException {
    FrameVisitor visitor = new FrameVisitor(new Socket(proxy.getAddress(), proxy.getPort()));
    visitor.raw(PREFACE).frame(SETTINGS, 0, 0);
    return visitor;
  }

  public Socket socket() {
    return socket;
  }

  public FrameVisitor raw(byte... bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  public FrameVisitor frame(int type, int flags, int stream, byte... payload) throws IOException {
    return raw(bytes(type, flags, stream, payload));
  }

  public static byte[] bytes(int type, int flags, int stream, byte... payload) {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    return frame.array();
  }

  /** Opens a stream with these fields, name and value in turn. */
  public FrameVisitor headers(int stream, boolean end, String... fields) throws IOException {
    return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
  }

  /** A plain request for the site that most tests use. */
  public FrameVisitor get(int stream, String path) throws IOException {
    return headers(stream, true, request("GET", path));
  }

  public FrameVisitor data(int stream, boolean end, String text) throws IOException {
    return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The fields of a request, with more behind them. */
  public static String[] request(String method, String path, String... more) {
    List<String> all = new ArrayList<>();
    all.addAll(List.of(":method", method, ":scheme", "http", ":path", path));
    all.addAll(List.of(":authority", "www.shop.example"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** Literals without indexing, not Huffman-coded. */
  public static byte[] block(String... fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      block.write(0);
      text(block, fields[i]);
      text(block, fields[i + 1]);
    }
    return block.toByteArray();
  }

  /** RFC 7541 §5.2. */
  private static void text(ByteArrayOutputStream to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 127) {
      to.write(bytes.length);
    } else {
      to.write(127);
      int rest = bytes.length - 127;
      for (; rest >= 128; rest >>>= 7) {
        to.write((rest & 127) | 128);
      }
      to.write(rest);
    }
    to.writeBytes(bytes);
  }

  /** The next frame, or null at the connection's end. */
  public @Nullable Frame read() throws IOException {
    try {
      int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = in.readNBytes(length);
      String fields = type == HEADERS ? fields(stream, payload) : "";
      return new Frame(type, flags, stream, payload, fields);
    } catch (EOFException | SocketException e) {
      return null;
    }
  }

  /** The next frame; the connection must not end before it. */
  public Frame next() throws IOException {
    Frame frame = read();
    if (frame == null) {
      throw new EOFException("the connection has ended");
    }
    return frame;
  }

  /** The next frame of this type; others are dropped. */
  public Frame await(int type) throws IOException {
    Frame frame = next();
    while (frame.type() != type) {
      frame = next();
    }
    return frame;
  }

  /** Whether the proxy ends the connection; what still comes before is dropped. */
  public boolean ends() throws IOException {
    Frame frame = read();
    while (frame != null) {
      frame = read();
    }
    return true;
  }

  /** Reads until the answer of this stream is whole; windows are opened as it comes. */
  public Answer answer(int stream) throws IOException {
    int status = -1;
    String headers = "";
    StringBuilder body = new StringBuilder();
    String trailers = "";
    while (true) {
      Frame frame = read();
      if (frame == null) {
        return new Answer(status, headers, body.toString(), trailers, -1, true);
      }
      switch (frame.type()) {
        case GOAWAY -> {
          if (frame.error() != 0) {
            return new Answer(status, headers, body.toString(), trailers, frame.error(), true);
          }
        }
        case RST_STREAM -> {
          if (frame.stream() == stream) {
            return new Answer(status, headers, body.toString(), trailers, frame.error(), false);
          }
        }
        case HEADERS -> {
          String fields = frame.fields();
          if (frame.stream() == stream) {
            if (status < 200) {
              status = Integer.parseInt(fields.substring(":status: ".length(), 12));
              headers += fields;
            } else {
              trailers = fields;
            }
          }
        }
        case DATA -> {
          if (frame.stream() == stream) {
            body.append(frame.text());
          }
          if (frame.payload().length > 0) {
            byte[] length = ByteBuffer.allocate(4).putInt(frame.payload().length).array();
            frame(WINDOW_UPDATE, 0, 0, length);
            if (!frame.endsStream()) {
              frame(WINDOW_UPDATE, 0, frame.stream(), length);
            }
          }
        }
        default -> {}
      }
      if (frame.stream() == stream && frame.endsStream()) {
        return new Answer(status, headers, body.toString(), trailers, -1, false);
      }
    }
  }

  /** Every block has to be decoded, in the order of the frames (RFC 7541 §2.2). */
  private String fields(int stream, byte[] block) throws IOException {
    try {
      Http2Headers decoded = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
      StringBuilder lines = new StringBuilder();
      decoded.forEach(
          field -> lines.append(field.getKey()).append(": ").append(field.getValue()).append('\n'));
      return lines.toString();
    } catch (io.netty.handler.codec.http2.Http2Exception e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
