package io.cade.engine.model;

/**
 * One alarm can be active once per type and source.
 *
 * @param source what it is about: {@code card 1.3}, {@code service shop}, {@code sensor 1.0 fan1};
 *     1 to {@value #MAX_SOURCE} characters
 */
public record AlarmKey(AlarmType type, String source) implements Comparable<AlarmKey> {
  /** Longest source: what the store and the MIB can hold. */
  public static final int MAX_SOURCE = 255;

  public AlarmKey {
    if (source.isEmpty() || source.length() > MAX_SOURCE) {
      throw new IllegalArgumentException(
          "source of an alarm: 1 to " + MAX_SOURCE + " characters, not " + source.length());
    }
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException when the text is no such key
   */
  public static AlarmKey parse(String text) {
    int space = text.indexOf(' ');
    if (space > 0) {
      String word = text.substring(0, space);
      for (AlarmType type : AlarmType.values()) {
        if (type.word().equals(word)) {
          return new AlarmKey(type, text.substring(space + 1));
        }
      }
    }
    throw new IllegalArgumentException("not an alarm key: '" + text + "'");
  }

  @Override
  public int compareTo(AlarmKey other) {
    int byType = type.compareTo(other.type);
    return byType != 0 ? byType : source.compareTo(other.source);
  }

  @Override
  public String toString() {
    return type.word() + " " + source;
  }
}
