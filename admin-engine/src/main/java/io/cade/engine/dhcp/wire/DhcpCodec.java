package io.cade.engine.dhcp.wire;

import io.cade.engine.dhcp.wire.Decoded.Malformed;
import io.cade.engine.dhcp.wire.Decoded.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Messages from and to bytes (RFC 2131 §2, RFC 2132 §9.3 overload, RFC 3396 long options).
 *
 * <p>Limits: {@value #MAX_BYTES} bytes a message. A missing end option is forgiven, as other
 * servers do; anything that would make a value ambiguous is not. Stateless.
 */
public final class DhcpCodec {
  /** Longer datagrams are refused unread. */
  public static final int MAX_BYTES = 4096;

  /** BOOTP's length of a message, which some clients insist on (RFC 951 §3, RFC 1542 §2.1). */
  static final int MIN_BYTES = 300;

  private static final int COOKIE = 0x63825363;
  private static final int SNAME_AT = 44;
  private static final int FILE_AT = 108;
  private static final int COOKIE_AT = 236;
  private static final int OPTIONS_AT = 240;
  private static final int OVERLOAD_FILE = 1;
  private static final int OVERLOAD_SNAME = 2;

  private DhcpCodec() {}

  /** Reads one datagram. */
  public static Decoded decode(byte[] datagram) {
    if (datagram.length < OPTIONS_AT) {
      return new Malformed(Reason.TOO_SHORT);
    }
    if (datagram.length > MAX_BYTES) {
      return new Malformed(Reason.TOO_LONG);
    }
    ByteBuffer in = ByteBuffer.wrap(datagram);
    int operation = in.get();
    int hardwareType = in.get() & 0xff;
    int hardwareLength = in.get() & 0xff;
    if (operation != 1 && operation != 2) {
      return new Malformed(Reason.BAD_OPERATION);
    }
    if (hardwareLength > 16) {
      return new Malformed(Reason.BAD_HARDWARE_LENGTH);
    }
    int cookie = in.getInt(COOKIE_AT);
    // RFC 951 knew no cookie: its vendor area is zero, or the vendor's own affair.
    if (cookie != COOKIE && cookie != 0) {
      return new Malformed(Reason.BAD_COOKIE);
    }
    DhcpOptions.Builder options = DhcpOptions.builder();
    int overload = 0;
    if (cookie == COOKIE) {
      Reason wrong = options(datagram, OPTIONS_AT, datagram.length, options);
      Octets overloaded = options.remove(OptionCode.OVERLOAD);
      if (wrong == null && overloaded != null) {
        overload = overloaded.length() == 1 ? overloaded.at(0) : 0;
        wrong = overload(datagram, overload, options);
      }
      if (wrong != null) {
        return new Malformed(wrong);
      }
    }
    DhcpOptions all = cookie == COOKIE ? options.build() : DhcpOptions.WITHOUT_COOKIE;
    for (int i = 0; i < all.size(); i++) {
      if (!isLengthRight(all.code(i), all.value(i).length())) {
        return new Malformed(Reason.BAD_OPTION_LENGTH);
      }
    }
    return new Decoded.Message(
        new DhcpMessage(
            operation == 1,
            hardwareType,
            Octets.of(datagram).slice(28, 28 + hardwareLength),
            in.get(3) & 0xff,
            in.getInt(4),
            in.getShort(8) & 0xffff,
            in.getShort(10) < 0,
            new Ipv4Address(in.getInt(12)),
            new Ipv4Address(in.getInt(16)),
            new Ipv4Address(in.getInt(20)),
            new Ipv4Address(in.getInt(24)),
            (overload & OVERLOAD_SNAME) != 0 ? "" : text(datagram, SNAME_AT, FILE_AT - 1),
            (overload & OVERLOAD_FILE) != 0 ? "" : text(datagram, FILE_AT, COOKIE_AT - 1),
            all));
  }

  private static @Nullable Reason overload(
      byte[] datagram, int overload, DhcpOptions.Builder options) {
    if (overload < 1 || overload > 3) {
      return Reason.BAD_OVERLOAD;
    }
    // The order is the RFC's: file, then sname (RFC 2131 §4.1), which matters to split values.
    Reason wrong =
        (overload & OVERLOAD_FILE) != 0 ? options(datagram, FILE_AT, COOKIE_AT, options) : null;
    if (wrong == null && (overload & OVERLOAD_SNAME) != 0) {
      wrong = options(datagram, SNAME_AT, FILE_AT, options);
    }
    return wrong == null && options.has(OptionCode.OVERLOAD) ? Reason.BAD_OVERLOAD : wrong;
  }

  private static boolean isLengthRight(int code, int length) {
    return switch (code) {
      case OptionCode.MESSAGE_TYPE -> length == 1;
      case OptionCode.MAX_MESSAGE_SIZE -> length == 2;
      case OptionCode.RAPID_COMMIT -> length == 0;
      case OptionCode.CLIENT_ARCHITECTURE -> length % 2 == 0;
      case OptionCode.SUBNET_MASK,
          OptionCode.REQUESTED_ADDRESS,
          OptionCode.SERVER_ID,
          OptionCode.LEASE_TIME,
          OptionCode.RENEWAL_TIME,
          OptionCode.REBINDING_TIME,
          OptionCode.SUBNET_SELECTION ->
          length == 4;
      default -> true;
    };
  }

  private static @Nullable Reason options(byte[] in, int from, int to, DhcpOptions.Builder values) {
    int at = from;
    while (at < to) {
      int code = in[at] & 0xff;
      if (code == OptionCode.END) {
        return null;
      }
      if (code == OptionCode.PAD) {
        at++;
        continue;
      }
      if (at + 2 > to || at + 2 + (in[at + 1] & 0xff) > to) {
        return Reason.TRUNCATED_OPTION;
      }
      int length = in[at + 1] & 0xff;
      values.append(code, in, at + 2, at + 2 + length);
      at += 2 + length;
    }
    return null;
  }

  private static String text(byte[] in, int from, int to) {
    int end = from;
    while (end < to && in[end] != 0) {
      end++;
    }
    return new String(in, from, end - from, StandardCharsets.ISO_8859_1);
  }

  /**
   * Writes a message, the message type first and relay agent information last (RFC 3046 §2.2).
   * Options without cookie are the form of RFC 951.
   *
   * <p>Options that find no room within {@code maxBytes}, not even in the server name and boot file
   * fields where those are empty, are left out, later ones first (RFC 2131 §4.1).
   *
   * @param maxBytes of UDP payload the receiver takes, 300 to {@value #MAX_BYTES}
   */
  public static byte[] encode(DhcpMessage message, int maxBytes) {
    if (maxBytes < MIN_BYTES || maxBytes > MAX_BYTES) {
      throw new IllegalArgumentException("a message has 300 to 4096 bytes, not " + maxBytes);
    }
    OptionFields fields = OptionFields.lay(message, maxBytes - OPTIONS_AT);
    boolean plain = !message.options().hasCookie();
    byte[] bytes = new byte[Math.max(MIN_BYTES, OPTIONS_AT + (plain ? 0 : fields.optionBytes()))];
    ByteBuffer out = ByteBuffer.wrap(bytes);
    out.put((byte) (message.request() ? 1 : 2))
        .put((byte) message.hardwareType())
        .put((byte) message.hardwareAddress().length())
        .put((byte) message.hops())
        .putInt(message.transactionId())
        .putShort((short) message.seconds())
        .putShort((short) (message.broadcast() ? 0x8000 : 0))
        .putInt(message.clientAddress().bits())
        .putInt(message.yourAddress().bits())
        .putInt(message.nextServer().bits())
        .putInt(message.relayAddress().bits());
    message.hardwareAddress().copyTo(0, bytes, out.position(), message.hardwareAddress().length());
    text(message.serverName(), bytes, SNAME_AT);
    text(message.bootFile(), bytes, FILE_AT);
    if (!plain) {
      out.putInt(COOKIE_AT, COOKIE);
      fields.write(bytes, OPTIONS_AT, FILE_AT, SNAME_AT);
    }
    return bytes;
  }

  private static void text(String text, byte[] out, int at) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, out, at, bytes.length);
  }
}
