package io.cade.engine.model;

/**
 * One alarm can be active once per type and source.
 *
 * @param source what it is about: {@code card 1.3}, {@code service shop}, {@code sensor 1.0 fan1}
 */
public record AlarmKey(AlarmType type, String source) implements Comparable<AlarmKey> {
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
