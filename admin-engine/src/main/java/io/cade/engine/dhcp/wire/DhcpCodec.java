package io.cade.engine.dhcp.wire;

import io.cade.engine.dhcp.wire.Decoded.Malformed;
import io.cade.engine.dhcp.wire.Decoded.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
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
    if (in.getInt(COOKIE_AT) != COOKIE) {
      return new Malformed(Reason.BAD_COOKIE);
    }
    Map<Integer, ByteArrayOutputStream> values = new LinkedHashMap<>();
    Reason wrong = options(datagram, OPTIONS_AT, datagram.length, values);
    if (wrong != null) {
      return new Malformed(wrong);
    }
    int overload = 0;
    ByteArrayOutputStream overloaded = values.remove(OptionCode.OVERLOAD);
    if (overloaded != null) {
      overload = overloaded.size() == 1 ? overloaded.toByteArray()[0] : 0;
      if (overload < 1 || overload > 3) {
        return new Malformed(Reason.BAD_OVERLOAD);
      }
      // The order is the RFC's: file, then sname (RFC 2131 §4.1), which matters to split values.
      wrong =
          (overload & OVERLOAD_FILE) != 0 ? options(datagram, FILE_AT, COOKIE_AT, values) : null;
      if (wrong == null && (overload & OVERLOAD_SNAME) != 0) {
        wrong = options(datagram, SNAME_AT, FILE_AT, values);
      }
      if (wrong == null && values.containsKey(OptionCode.OVERLOAD)) {
        wrong = Reason.BAD_OVERLOAD;
      }
      if (wrong != null) {
        return new Malformed(wrong);
      }
    }
    DhcpOptions.Builder options = DhcpOptions.builder();
    for (Map.Entry<Integer, ByteArrayOutputStream> e : values.entrySet()) {
      Octets value = Octets.of(e.getValue().toByteArray());
      int due = fixedLength(e.getKey());
      if (due != 0 && value.length() != due) {
        return new Malformed(Reason.BAD_OPTION_LENGTH);
      }
      options.put(e.getKey(), value);
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
            options.build()));
  }

  private static int fixedLength(int code) {
    return switch (code) {
      case OptionCode.MESSAGE_TYPE -> 1;
      case OptionCode.MAX_MESSAGE_SIZE -> 2;
      case OptionCode.SUBNET_MASK,
          OptionCode.REQUESTED_ADDRESS,
          OptionCode.SERVER_ID,
          OptionCode.LEASE_TIME,
          OptionCode.RENEWAL_TIME,
          OptionCode.REBINDING_TIME ->
          4;
      default -> 0;
    };
  }

  private static @Nullable Reason options(
      byte[] in, int from, int to, Map<Integer, ByteArrayOutputStream> values) {
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
      values.computeIfAbsent(code, c -> new ByteArrayOutputStream()).write(in, at + 2, length);
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
   * Options that find no room within {@code maxBytes}, not even in the server name and boot file
   * fields where those are empty, are left out, later ones first (RFC 2131 §4.1).
   *
   * @param maxBytes of UDP payload the receiver takes, 300 to {@value #MAX_BYTES}
   */
  public static byte[] encode(DhcpMessage message, int maxBytes) {
    if (maxBytes < MIN_BYTES || maxBytes > MAX_BYTES) {
      throw new IllegalArgumentException("a message has 300 to 4096 bytes, not " + maxBytes);
    }
    OptionFields fields = OptionFields.lay(message, maxBytes - OPTIONS_AT);
    byte[] options = fields.options();
    ByteBuffer out = ByteBuffer.allocate(Math.max(MIN_BYTES, OPTIONS_AT + options.length));
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
        .putInt(message.relayAddress().bits())
        .put(message.hardwareAddress().toBytes());
    out.position(SNAME_AT);
    out.put(
        fields.usesServerName()
            ? fields.serverName()
            : message.serverName().getBytes(StandardCharsets.ISO_8859_1));
    out.position(FILE_AT);
    out.put(
        fields.usesBootFile()
            ? fields.bootFile()
            : message.bootFile().getBytes(StandardCharsets.ISO_8859_1));
    out.putInt(COOKIE_AT, COOKIE);
    out.position(OPTIONS_AT);
    out.put(options);
    return out.array();
  }
}
