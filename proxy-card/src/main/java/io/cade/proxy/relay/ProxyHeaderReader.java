package io.cade.proxy.relay;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header with which a load balancer says for whom it has made a connection (HAProxy, "The
 * PROXY protocol", §2.1 version 1, §2.2 version 2). Only connections from trusted networks may be
 * given to it. Strict: a header that two readers could read differently would let a visitor choose
 * his own address.
 *
 * <p>Limits: {@value #MAX_V1} bytes of version 1; {@value #MAX_V2} of addresses and extensions of
 * version 2. A checksum (PP2_TYPE_CRC32C) is checked when it is there; other extensions are checked
 * for form and passed over. Stateless.
 */
public final class ProxyHeaderReader {
  /** §2.1: the longest possible line, CRLF included. */
  static final int MAX_V1 = 107;

  /** Beyond the addresses there is room for TLVs; no known balancer sends nearly as many. */
  static final int MAX_V2 = 4096;

  private static final byte[] V1 = {'P', 'R', 'O', 'X', 'Y', ' '};
  private static final byte[] V2 = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final int V2_FIXED = 16;
  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int TYPE_CRC32C = 0x03;

  private ProxyHeaderReader() {}

  /** What the bytes at the beginning of a connection are. */
  public sealed interface Result {}

  /** No header: the visitor's own bytes. */
  public record None() implements Result {}

  /** More bytes are needed to tell. */
  public record Incomplete() implements Result {}

  /**
   * A header, which has been read.
   *
   * @param visitor null when the balancer speaks for itself, or does not know
   */
  public record Header(@Nullable InetSocketAddress visitor) implements Result {}

  /** Began like a header and is none: the connection is of no use. */
  public record Malformed(String cause) implements Result {}

  /** Reads a header, if a whole one is there; otherwise the buffer is as before. */
  public static Result read(ByteBuf in) {
    if (beginsWith(in, V2)) {
      return in.readableBytes() < V2_FIXED ? new Incomplete() : version2(in);
    }
    if (beginsWith(in, V1)) {
      return in.readableBytes() < V1.length ? new Incomplete() : version1(in);
    }
    return new None();
  }

  /** As far as there are bytes. */
  private static boolean beginsWith(ByteBuf in, byte[] signature) {
    int compared = Math.min(in.readableBytes(), signature.length);
    for (int i = 0; i < compared; i++) {
      if (in.getByte(in.readerIndex() + i) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  private static Result version1(ByteBuf in) {
    int limit = Math.min(in.readableBytes(), MAX_V1);
    int lf = in.indexOf(in.readerIndex(), in.readerIndex() + limit, (byte) '\n');
    if (lf < 0) {
      return limit == MAX_V1 ? new Malformed("its line is too long") : new Incomplete();
    }
    int length = lf - in.readerIndex();
    String line = in.toString(in.readerIndex(), length, StandardCharsets.US_ASCII);
    if (!line.endsWith("\r") || line.indexOf('\r') != line.length() - 1) {
      return new Malformed("its line does not end with CRLF");
    }
    String[] words = line.substring(0, line.length() - 1).split(" ", -1);
    if (words.length >= 2 && words[1].equals("UNKNOWN")) {
      in.skipBytes(length + 1);
      return new Header(null);
    }
    if (words.length != 6 || !(words[1].equals("TCP4") || words[1].equals("TCP6"))) {
      return new Malformed("its line has another form");
    }
    boolean v6 = words[1].equals("TCP6");
    InetAddress from = address(words[2], v6);
    int port = port(words[4]);
    if (from == null || address(words[3], v6) == null || port < 0 || port(words[5]) < 0) {
      return new Malformed("an address or port is none");
    }
    in.skipBytes(length + 1);
    return new Header(new InetSocketAddress(from, port));
  }

  private static @Nullable InetAddress address(String text, boolean v6) {
    if ((text.indexOf(':') >= 0) != v6 || text.indexOf('%') >= 0) {
      return null;
    }
    if (!v6 && !text.matches("(\\d{1,3}\\.){3}\\d{1,3}")) {
      return null; // "127.1" and "0x7f000001" are read by some and not by others
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static int port(String text) {
    if (!text.matches("0|[1-9]\\d{0,4}")) {
      return -1;
    }
    int port = Integer.parseInt(text);
    return port <= 65535 ? port : -1;
  }

  private static Result version2(ByteBuf in) {
    int start = in.readerIndex();
    int command = in.getUnsignedByte(start + 12);
    int family = in.getUnsignedByte(start + 13);
    int length = in.getUnsignedShort(start + 14);
    if (command != PROXY && command != LOCAL) {
      return new Malformed("its version or command is unknown");
    }
    if (length > MAX_V2) {
      return new Malformed("it is too long");
    }
    if (in.readableBytes() < V2_FIXED + length) {
      return new Incomplete();
    }
    int addresses =
        switch (family) {
          case 0x11 -> 12;
          case 0x21 -> 36;
          default -> 0; // no stream over IP: nothing of use to a visitor of ours
        };
    if (command == PROXY && length < addresses) {
      return new Malformed("its addresses are cut off");
    }
    String fault =
        command == PROXY && addresses > 0 ? extensions(in, start, addresses, length) : null;
    if (fault != null) {
      return new Malformed(fault);
    }
    InetSocketAddress visitor = null;
    if (command == PROXY && addresses > 0) {
      visitor = visitor(in, start + V2_FIXED, addresses == 36);
    }
    in.skipBytes(V2_FIXED + length);
    return new Header(visitor);
  }

  private static InetSocketAddress visitor(ByteBuf in, int at, boolean v6) {
    byte[] octets = new byte[v6 ? 16 : 4];
    in.getBytes(at, octets);
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(octets), in.getUnsignedShort(at + 2 * octets.length));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // the length is right
    }
  }

  /** §2.2.1 to §2.2.3. */
  private static @Nullable String extensions(ByteBuf in, int start, int addresses, int length) {
    int at = start + V2_FIXED + addresses;
    int end = start + V2_FIXED + length;
    while (at < end) {
      if (end - at < 3) {
        return "an extension is cut off";
      }
      int type = in.getUnsignedByte(at);
      int size = in.getUnsignedShort(at + 1);
      if (size > end - at - 3) {
        return "an extension is cut off";
      }
      if (type == TYPE_CRC32C) {
        if (size != 4) {
          return "its checksum has a wrong size";
        }
        if (in.getUnsignedInt(at + 3) != checksum(in, start, end - start, at + 3 - start)) {
          return "its checksum is wrong";
        }
      }
      at += 3 + size;
    }
    return null;
  }

  /** Of the whole header, with the checksum's own bytes taken as zero. */
  private static long checksum(ByteBuf in, int start, int length, int own) {
    byte[] header = new byte[length];
    in.getBytes(start, header);
    for (int i = 0; i < 4; i++) {
      header[own + i] = 0;
    }
    CRC32C crc = new CRC32C();
    crc.update(header, 0, length);
    return crc.getValue();
  }
}
