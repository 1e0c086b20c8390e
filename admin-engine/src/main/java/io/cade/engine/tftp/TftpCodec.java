package io.cade.engine.tftp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * TFTP packets from and to bytes. A request has at most {@value #MAX_REQUEST_BYTES} bytes (RFC 2347
 * §3) and {@value #MAX_STRINGS} strings. Stateless.
 */
public final class TftpCodec {
  public static final int MAX_REQUEST_BYTES = 512;

  /** The largest block with its header. */
  public static final int MAX_BYTES = 65_464 + 4;

  static final int DATA_HEADER_BYTES = 4;

  private static final int MAX_STRINGS = 34;

  private static final int RRQ = 1;
  private static final int WRQ = 2;
  private static final int DATA = 3;
  private static final int ACK = 4;
  private static final int ERROR = 5;
  private static final int OACK = 6;

  private TftpCodec() {}

  /** Reads one datagram. */
  public static TftpPacket decode(byte[] in) {
    if (in.length < 4 || in.length > MAX_BYTES) {
      return new TftpPacket.Malformed("length " + in.length);
    }
    int operation = number(in, 0);
    return switch (operation) {
      case RRQ, WRQ -> request(operation, in);
      case DATA -> new TftpPacket.Data(number(in, 2), Arrays.copyOfRange(in, 4, in.length));
      case ACK -> new TftpPacket.Ack(number(in, 2));
      case ERROR -> new TftpPacket.Failure(number(in, 2), message(in));
      case OACK -> {
        List<String> strings = strings(in);
        yield strings == null || strings.size() % 2 != 0
            ? new TftpPacket.Malformed("options")
            : new TftpPacket.OptionAck(options(strings, 0));
      }
      default -> new TftpPacket.Malformed("operation " + operation);
    };
  }

  private static TftpPacket request(int operation, byte[] in) {
    List<String> strings = in.length > MAX_REQUEST_BYTES ? null : strings(in);
    if (strings == null || strings.size() < 2 || strings.size() % 2 != 0) {
      return new TftpPacket.Malformed("request");
    }
    String file = strings.get(0);
    String mode = strings.get(1).toLowerCase(Locale.ROOT);
    Map<String, String> options = options(strings, 2);
    return operation == WRQ
        ? new TftpPacket.WriteRequest(file, mode, options)
        : new TftpPacket.ReadRequest(file, mode, options);
  }

  /** The NUL-terminated strings after the operation; null when the last one has no end. */
  private static @Nullable List<String> strings(byte[] in) {
    List<String> found = new ArrayList<>();
    int from = 2;
    for (int at = 2; at < in.length; at++) {
      if (in[at] == 0) {
        if (found.size() == MAX_STRINGS) {
          return null;
        }
        found.add(new String(in, from, at - from, StandardCharsets.ISO_8859_1));
        from = at + 1;
      }
    }
    return from == in.length ? found : null;
  }

  private static Map<String, String> options(List<String> strings, int from) {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = from; i + 1 < strings.size(); i += 2) {
      // RFC 2347 §3: an option may be given once; the first counts.
      options.putIfAbsent(strings.get(i).toLowerCase(Locale.ROOT), strings.get(i + 1));
    }
    return options;
  }

  private static String message(byte[] in) {
    int end = 4;
    while (end < in.length && in[end] != 0) {
      end++;
    }
    return new String(in, 4, end - 4, StandardCharsets.ISO_8859_1);
  }

  private static int number(byte[] in, int at) {
    return (in[at] & 0xff) << 8 | (in[at + 1] & 0xff);
  }

  /** Writes one packet. */
  public static byte[] encode(TftpPacket packet) {
    return switch (packet) {
      case TftpPacket.ReadRequest r -> request(RRQ, r.file(), r.mode(), r.options());
      case TftpPacket.WriteRequest w -> request(WRQ, w.file(), w.mode(), w.options());
      case TftpPacket.OptionAck o -> {
        List<String> strings = new ArrayList<>();
        addAll(strings, o.options());
        yield strings(OACK, strings);
      }
      case TftpPacket.Data d -> {
        ByteBuffer data = ByteBuffer.allocate(DATA_HEADER_BYTES + d.bytes().length);
        putDataHeader(data, 0, d.block());
        yield data.put(DATA_HEADER_BYTES, d.bytes()).array();
      }
      case TftpPacket.Ack a ->
          ByteBuffer.allocate(4).putShort((short) ACK).putShort((short) a.block()).array();
      case TftpPacket.Failure f -> {
        byte[] text = f.message().getBytes(StandardCharsets.ISO_8859_1);
        yield ByteBuffer.allocate(5 + text.length)
            .putShort((short) ERROR)
            .putShort((short) f.code())
            .put(text)
            .array();
      }
      case TftpPacket.Malformed m ->
          throw new IllegalArgumentException("cannot write a malformed packet");
    };
  }

  /** Writes the header of a DATA packet at a place of a buffer, whose position stays. */
  static void putDataHeader(ByteBuffer into, int at, long block) {
    into.putShort(at, (short) DATA).putShort(at + 2, (short) block);
  }

  private static byte[] request(
      int operation, String file, String mode, Map<String, String> options) {
    List<String> strings = new ArrayList<>(List.of(file, mode));
    addAll(strings, options);
    return strings(operation, strings);
  }

  private static void addAll(List<String> strings, Map<String, String> options) {
    options.forEach((name, value) -> {
      strings.add(name);
      strings.add(value);
    });
  }

  private static byte[] strings(int operation, List<String> strings) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0);
    out.write(operation);
    for (String s : strings) {
      out.writeBytes(s.getBytes(StandardCharsets.ISO_8859_1));
      out.write(0);
    }
    return out.toByteArray();
  }
}
