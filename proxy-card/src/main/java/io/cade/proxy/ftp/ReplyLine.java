package io.cade.proxy.ftp;

import org.jspecify.annotations.Nullable;

/**
 * One line of a card's reply (RFC 959 §4.2).
 *
 * @param last whether the reply ends with it
 * @param text the whole line, without its end
 */
record ReplyLine(int code, boolean last, String text) {
  /** More is announced by it (1yz): another reply to the same command follows. */
  boolean preliminary() {
    return code < 200;
  }

  /** Puts lines together to replies. Owned by one thread. */
  static final class Parser {
    private int open;

    /**
     * The line with its place in a reply; null when it has none, and nothing behind it can have.
     */
    @Nullable ReplyLine next(String line) {
      boolean coded = line.length() >= 3 && code(line) > 0;
      if (open == 0) {
        if (!coded || (line.length() > 3 && line.charAt(3) != ' ' && line.charAt(3) != '-')) {
          return null;
        }
        boolean more = line.length() > 3 && line.charAt(3) == '-';
        open = more ? code(line) : 0;
        return new ReplyLine(code(line), !more, line);
      }
      boolean last = coded && code(line) == open && (line.length() == 3 || line.charAt(3) == ' ');
      ReplyLine result = new ReplyLine(open, last, line);
      open = last ? 0 : open;
      return result;
    }

    private static int code(String line) {
      int a = line.charAt(0) - '0';
      int b = line.charAt(1) - '0';
      int c = line.charAt(2) - '0';
      return a < 1 || a > 5 || b < 0 || b > 9 || c < 0 || c > 9 ? 0 : 100 * a + 10 * b + c;
    }
  }
}
