package io.cade.proxy.balance;

/**
 * Reads the load that a card's agent tells in the answer to a check: {@code Cade-Load: 0} (idle) to
 * {@code 100}. Stateless.
 */
final class CardLoad {
  private static final String HEADER = "\r\ncade-load:";
  private static final int DIGITS = 3;

  private CardLoad() {}

  /**
   * @param head status line and headers, or a part of them
   * @return 0 to 100; 0 when nothing is told
   */
  static int of(CharSequence head) {
    for (int i = 0; i + HEADER.length() < head.length(); i++) {
      if (isHeader(head, i)) {
        return number(head, i + HEADER.length());
      }
    }
    return 0;
  }

  private static boolean isHeader(CharSequence head, int at) {
    for (int i = 0; i < HEADER.length(); i++) {
      if (Character.toLowerCase(head.charAt(at + i)) != HEADER.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int number(CharSequence head, int from) {
    int at = from;
    while (at < head.length() && head.charAt(at) == ' ') {
      at++;
    }
    int number = 0;
    for (int i = 0; i < DIGITS && at < head.length(); i++, at++) {
      char digit = head.charAt(at);
      if (digit < '0' || digit > '9') {
        break;
      }
      number = 10 * number + digit - '0';
    }
    return Math.min(number, 100);
  }
}
