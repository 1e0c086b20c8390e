package io.cade.proxy.message;

import java.nio.charset.StandardCharsets;

/** The form of one header line (RFC 9112 §5). Stateless. */
final class FieldLine {
  private FieldLine() {}

  /**
   * Where the colon is; 0 when the line is no field: a name that is no token, a blank before the
   * colon, a folded line, control characters.
   */
  static int colon(byte[] line, int from, int to) {
    int colon = from;
    while (colon < to && isToken(line[colon])) {
      colon++;
    }
    if (colon == from || colon == to || line[colon] != ':') {
      return 0;
    }
    for (int i = colon + 1; i < to; i++) {
      byte b = line[i];
      if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
        return 0;
      }
    }
    return colon;
  }

  /** RFC 9110 §5.6.2. */
  static boolean isToken(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || (c > 0 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  static String text(byte[] line, int from, int to) {
    return new String(line, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
