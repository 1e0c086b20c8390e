package io.cade.agent.device;

/**
 * A pattern of keys: {@code *} stands for any characters but {@code /}, {@code **} for any. Time is
 * bounded by the product of the lengths, whatever the pattern. Pure.
 */
final class KeyPattern {
  private KeyPattern() {}

  static boolean matches(String pattern, String key) {
    // reached[i]: the pattern so far can end before the key's character i.
    boolean[] reached = new boolean[key.length() + 1];
    reached[0] = true;
    for (int p = 0; p < pattern.length(); p++) {
      boolean[] next = new boolean[key.length() + 1];
      char c = pattern.charAt(p);
      if (c == '*') {
        boolean any = p + 1 < pattern.length() && pattern.charAt(p + 1) == '*';
        boolean on = false;
        for (int i = 0; i <= key.length(); i++) {
          on = reached[i] || (on && (any || key.charAt(i - 1) != '/'));
          next[i] = on;
        }
        if (any) {
          p++;
        }
      } else {
        for (int i = 1; i <= key.length(); i++) {
          next[i] = reached[i - 1] && key.charAt(i - 1) == c;
        }
      }
      reached = next;
    }
    return reached[key.length()];
  }
}
