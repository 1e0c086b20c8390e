package io.cade.proxy.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lets through only heads of requests that everybody on the way must read alike. Request smuggling
 * lives from two readers of one byte stream who disagree where a request ends; so whatever RFC 9112
 * lets a lenient reader repair is refused here instead. It looks at the bytes as they came, before
 * any decoder could have normalised them.
 *
 * <p>Stateless; thread-safe.
 */
final class FramingGuard {
  /** More headers than this are refused with 431. */
  static final int MAX_HEADERS = 128;

  private static final int MAX_HOST = 255;

  private FramingGuard() {}

  /**
   * Inspects one head.
   *
   * @param head bytes that begin with the request line; each line ends with LF, the last is empty
   * @param length bytes of the head with its empty line
   */
  static Inspection inspect(byte[] head, int length) {
    RequestLine line = new RequestLine();
    int start = lineEnd(head, 0, length);
    FramingFault fault = line.read(head, start - 2);
    if (fault != null) {
      return fault;
    }
    Fields fields = new Fields();
    int headers = 0;
    while (start < length - 2) {
      int end = lineEnd(head, start, length);
      if (++headers > MAX_HEADERS) {
        return FramingFault.TOO_MANY_HEADERS;
      }
      fault = fields.read(head, start, end - 2);
      if (fault != null) {
        return fault;
      }
      start = end;
    }
    return conclude(line, fields);
  }

  private static int lineEnd(byte[] head, int from, int length) {
    int i = from;
    while (i < length && head[i] != '\n') {
      i++;
    }
    return i + 1;
  }

  private static Inspection conclude(RequestLine line, Fields fields) {
    // RFC 9112 §6.3: both together is the classic way to smuggle; a repairing proxy drops the
    // length, but whoever sent this meant two readers to choose differently.
    if (fields.coding != null && fields.length != null) {
      return FramingFault.LENGTH_AND_CODING;
    }
    if (fields.coding != null) {
      // RFC 9112 §6.1: HTTP/1.0 knows no codings, so an older reader would see no body.
      if (!line.http11) {
        return FramingFault.CODING_WITH_HTTP_1_0;
      }
      // "chunked, identity", "xchunked", "chunked;q=1": each is chunked to some reader only.
      if (!fields.coding.equalsIgnoreCase("chunked")) {
        return FramingFault.CODING_UNKNOWN;
      }
    }
    boolean hasBody = fields.coding != null;
    if (fields.length != null) {
      // RFC 9110 §8.6: 1*DIGIT. "+5", "-1", "0x10", "5, 5", "1e2" and overlong numbers are each
      // read in some other way by some parser.
      if (!isDigits(fields.length) || fields.length.length() > 18) {
        return FramingFault.LENGTH_INVALID;
      }
      hasBody = Long.parseLong(fields.length) > 0;
    }
    String authority = fields.host;
    if (authority == null) {
      // RFC 9112 §3.2: a request of HTTP/1.1 without Host must get 400. One of HTTP/1.0 may lack
      // it, but then nothing says which site is meant.
      return FramingFault.HOST_MISSING;
    }
    String host = hostOf(authority);
    if (host == null) {
      return FramingFault.HOST_INVALID;
    }
    if (line.authority != null && !line.authority.equalsIgnoreCase(authority)) {
      // RFC 9112 §3.2.2 lets the target win; a cache or filter in front may have believed Host.
      return FramingFault.TARGET_HOST_MISMATCH;
    }
    Version version = line.http11 ? Version.HTTP_1_1 : Version.HTTP_1_0;
    return new HeadFacts(host, authority, line.originTarget, version, hasBody);
  }

  /** The name alone, in lower case, or null when it is none. */
  static @Nullable String hostOf(String authority) {
    if (authority.isEmpty() || authority.length() > MAX_HOST) {
      return null;
    }
    int end = authority.length();
    if (authority.charAt(0) == '[') {
      int bracket = authority.indexOf(']');
      if (bracket < 2 || !isPortOrNothing(authority, bracket + 1)) {
        return null;
      }
      for (int i = 1; i < bracket; i++) {
        char c = authority.charAt(i);
        if (Character.digit(c, 16) < 0 && c != ':' && c != '.') {
          return null;
        }
      }
      return authority.substring(0, bracket + 1).toLowerCase(Locale.ROOT);
    }
    int colon = authority.indexOf(':');
    if (colon >= 0) {
      if (!isPortOrNothing(authority, colon)) {
        return null;
      }
      end = colon;
    }
    if (end > 0 && authority.charAt(end - 1) == '.') {
      end--; // "www.shop.example." is the same name, fully qualified
    }
    if (end == 0) {
      return null;
    }
    for (int i = 0; i < end; i++) {
      char c = authority.charAt(i);
      // No user info ("trusted@evil"), no percent-encoding, no list ("a,b"), no path ("a/b").
      if (!(isAlphanumeric(c) || c == '-' || c == '.' || c == '_')) {
        return null;
      }
    }
    return authority.substring(0, end).toLowerCase(Locale.ROOT);
  }

  private static boolean isPortOrNothing(String authority, int from) {
    if (from == authority.length()) {
      return true;
    }
    String port = authority.substring(from + 1);
    return authority.charAt(from) == ':' && port.length() <= 5 && isDigits(port);
  }

  static boolean isDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isAlphanumeric(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  /** RFC 9110 §5.6.2. */
  static boolean isTokenCharacter(int c) {
    return isAlphanumeric(c) || (c > 0 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  private static String text(byte[] head, int from, int to) {
    return new String(head, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** METHOD SP target SP HTTP/1.1, with exactly these spaces (RFC 9112 §3). */
  private static final class RequestLine {
    boolean http11;
    @Nullable String authority;
    @Nullable String originTarget;

    @Nullable FramingFault read(byte[] head, int end) {
      int space = 0;
      while (space < end && isTokenCharacter(head[space])) {
        space++;
      }
      if (space == 0 || space == end || head[space] != ' ') {
        return FramingFault.REQUEST_LINE;
      }
      int target = space + 1;
      int targetEnd = target;
      while (targetEnd < end && head[targetEnd] > ' ' && head[targetEnd] != 0x7f) {
        // Bytes from 0x80 up are negative: a target is ASCII, anything else is percent-encoded.
        if (head[targetEnd] == '#') {
          return FramingFault.TARGET; // fragments are for the visitor alone
        }
        targetEnd++;
      }
      if (targetEnd == target || targetEnd == end || head[targetEnd] != ' ') {
        // Among others "GET /a b HTTP/1.1": readers differ on which space ends the target.
        return FramingFault.REQUEST_LINE;
      }
      String version = text(head, targetEnd + 1, end);
      if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
        boolean looksRight = version.startsWith("HTTP/") && version.indexOf(' ') < 0;
        return looksRight ? FramingFault.VERSION : FramingFault.REQUEST_LINE;
      }
      http11 = version.equals("HTTP/1.1");
      String method = text(head, 0, space);
      if (method.equals("CONNECT") || method.equals("TRACE")) {
        // CONNECT would make this a way to any address inside; TRACE shows a visitor the headers
        // that are added behind the scenes.
        return FramingFault.METHOD_NOT_ALLOWED;
      }
      return readTarget(method, head, target, targetEnd);
    }

    private @Nullable FramingFault readTarget(String method, byte[] head, int from, int to) {
      if (head[from] == '/') {
        return null;
      }
      String target = text(head, from, to);
      if (target.equals("*")) {
        return method.equals("OPTIONS") ? null : FramingFault.TARGET;
      }
      String lower = target.toLowerCase(Locale.ROOT);
      int scheme = lower.startsWith("http://") ? 7 : lower.startsWith("https://") ? 8 : 0;
      if (scheme == 0) {
        return FramingFault.TARGET;
      }
      int path = scheme;
      while (path < target.length() && target.charAt(path) != '/' && target.charAt(path) != '?') {
        path++;
      }
      authority = target.substring(scheme, path);
      String rest = target.substring(path);
      originTarget = rest.startsWith("/") ? rest : "/" + rest;
      return null;
    }
  }

  /** The headers that frame and route; all others are only checked for form. */
  private static final class Fields {
    @Nullable String host;
    @Nullable String length;
    @Nullable String coding;

    @Nullable FramingFault read(byte[] head, int from, int to) {
      if (head[from] == ' ' || head[from] == '\t') {
        // RFC 9112 §5.2, obs-fold: part of the former header to one reader, a header of its own
        // or nothing to another.
        return FramingFault.FOLDED_HEADER;
      }
      int colon = from;
      while (colon < to && isTokenCharacter(head[colon])) {
        colon++;
      }
      if (colon == from || colon == to || head[colon] != ':') {
        // RFC 9112 §5.1: among others a space before the colon ("Content-Length : 5"), which some
        // strip and some take for part of the name.
        return FramingFault.HEADER_NAME;
      }
      int valueStart = colon + 1;
      int valueEnd = to;
      for (int i = valueStart; i < valueEnd; i++) {
        byte c = head[i];
        if ((c >= 0 && c < ' ' && c != '\t') || c == 0x7f) {
          // NUL, CR and their like end a value for some readers (RFC 9110 §5.5).
          return c == '\r' ? FramingFault.BARE_CR : FramingFault.CONTROL_CHARACTER;
        }
      }
      return switch (colon - from) {
        case 4 -> is(head, from, "host") ? host(head, valueStart, valueEnd) : null;
        case 14 -> is(head, from, "content-length") ? length(head, valueStart, valueEnd) : null;
        case 17 -> is(head, from, "transfer-encoding") ? coding(head, valueStart, valueEnd) : null;
        default -> null;
      };
    }

    private @Nullable FramingFault host(byte[] head, int from, int to) {
      if (host != null) {
        return FramingFault.HOST_SEVERAL; // which one routes, and which one the card believes?
      }
      host = trimmed(head, from, to);
      return null;
    }

    private @Nullable FramingFault length(byte[] head, int from, int to) {
      if (length != null) {
        return FramingFault.LENGTH_SEVERAL; // even equal ones: first and last reader differ
      }
      length = trimmed(head, from, to);
      return null;
    }

    private @Nullable FramingFault coding(byte[] head, int from, int to) {
      if (coding != null) {
        return FramingFault.CODING_SEVERAL; // "chunked" hidden beside "identity"
      }
      coding = trimmed(head, from, to);
      return null;
    }

    private static boolean is(byte[] head, int from, String name) {
      for (int i = 0; i < name.length(); i++) {
        int c = head[from + i];
        if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != name.charAt(i)) {
          return false;
        }
      }
      return true;
    }

    private static String trimmed(byte[] head, int from, int to) {
      int start = from;
      int end = to;
      while (start < end && (head[start] == ' ' || head[start] == '\t')) {
        start++;
      }
      while (end > start && (head[end - 1] == ' ' || head[end - 1] == '\t')) {
        end--;
      }
      return text(head, start, end);
    }
  }
}
