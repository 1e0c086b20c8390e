package io.cade.engine.boothttp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Range header asks for (RFC 9110 §14.1). Only single byte ranges are understood; others are
 * ignored, as the RFC allows, and the whole file is sent.
 */
sealed interface ByteRange {
  /** All of it. */
  record Whole() implements ByteRange {}

  /**
   * A part.
   *
   * @param last inclusive
   */
  record Part(long first, long last) implements ByteRange {}

  /** Beyond the end: status 416. */
  record Unsatisfiable() implements ByteRange {}

  /** Units do not care for case (RFC 9110 §14.1). */
  Pattern SINGLE = Pattern.compile("(?i:bytes)=([0-9]*)-([0-9]*)");

  static ByteRange of(String header, long size) {
    Matcher m = SINGLE.matcher(header.strip());
    if (!m.matches() || (m.group(1).isEmpty() && m.group(2).isEmpty())) {
      return new Whole();
    }
    if (m.group(1).isEmpty()) {
      long length = Math.min(size, number(m.group(2)));
      return length == 0 ? new Unsatisfiable() : new Part(size - length, size - 1);
    }
    long first = number(m.group(1));
    long last = m.group(2).isEmpty() ? Long.MAX_VALUE : number(m.group(2));
    if (last < first) {
      return new Whole();
    }
    return first >= size ? new Unsatisfiable() : new Part(first, Math.min(last, size - 1));
  }

  /** Any number of digits; beyond a long is as far beyond the end as its largest value. */
  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
