package io.cade.agent.wire;

/**
 * Text of others made harmless for a line of a log: nothing in it moves a terminal's cursor, breaks
 * the line or turns the direction of writing. Both sides apply it, since neither believes the
 * other.
 */
public final class LogText {
  /** Longest line of a log, in characters; longer ones are cut. */
  public static final int MAX_CHARACTERS = 1_024;

  private static final char MARK = '·';

  private LogText() {}

  /**
   * The text as one harmless line: a tab becomes a blank; control and format characters (escape
   * sequences, C1, directional overrides), line and paragraph separators, and halves of surrogate
   * pairs each become a dot in the middle.
   */
  public static String harmless(String text) {
    int end = Math.min(text.length(), MAX_CHARACTERS);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    StringBuilder line = null;
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < end
          && Character.isLowSurrogate(text.charAt(i + 1))
          && isPlain(Character.getType(text.codePointAt(i)))) {
        if (line != null) {
          line.append(c).append(text.charAt(i + 1));
        }
        i++;
        continue;
      }
      char shown = c == '\t' ? ' ' : isPlain(Character.getType(c)) ? c : MARK;
      if (shown != c && line == null) {
        line = new StringBuilder(end).append(text, 0, i);
      }
      if (line != null) {
        line.append(shown);
      }
    }
    return line == null ? text.substring(0, end) : line.toString();
  }

  private static boolean isPlain(int type) {
    return type != Character.CONTROL
        && type != Character.FORMAT
        && type != Character.SURROGATE
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR;
  }
}
