package io.cade.agent.wire;

import java.util.List;

/**
 * The checks that wire records share; each refusal names the field, the value's size and the limit.
 */
final class Limits {
  private Limits() {}

  static String text(String field, String value, int maxLength) {
    if (value.length() > maxLength) {
      throw new IllegalArgumentException(
          field + " has " + value.length() + " characters, " + maxLength + " are allowed");
    }
    return value;
  }

  static void range(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          field + " is " + value + ", outside " + min + " to " + max);
    }
  }

  static <T> List<T> list(String field, List<T> value, int maxSize) {
    if (value.size() > maxSize) {
      throw new IllegalArgumentException(
          field + " has " + value.size() + " entries, " + maxSize + " are allowed");
    }
    return List.copyOf(value);
  }
}
