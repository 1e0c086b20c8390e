package io.cade.agent.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.InstantDeserializer;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Reads instants. Readings of sensors come with one each, thousands a second from a whole cabinet,
 * and the general parser of {@code java.time} took an eighth of all that an idle engine did. What
 * is written as {@link Instant#toString} writes it is read here, all else by the general parser,
 * which also says what is wrong. Stateless.
 */
final class InstantText extends JsonDeserializer<Instant> {
  private static final int SECONDS_A_DAY = 86_400;

  /** Of {@code 2026-03-01T12:00:00Z}. */
  private static final int SHORTEST = 20;

  private static final int NANO_DIGITS = 9;

  @Override
  public @Nullable Instant deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    Instant read = parser.hasToken(JsonToken.VALUE_STRING) ? parse(parser.getText()) : null;
    return read == null ? InstantDeserializer.INSTANT.deserialize(parser, context) : read;
  }

  /** The instant; null when the text is not of the usual form. */
  static @Nullable Instant parse(String text) {
    int length = text.length();
    if (length < SHORTEST
        || length > SHORTEST + 1 + NANO_DIGITS
        || text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || text.charAt(10) != 'T'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':'
        || text.charAt(length - 1) != 'Z') {
      return null;
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 7);
    int day = number(text, 8, 10);
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    int second = number(text, 17, 19);
    int nanos = 0;
    if (length > SHORTEST) {
      int digits = length - SHORTEST - 1;
      if (digits == 0 || text.charAt(19) != '.') {
        return null;
      }
      nanos = number(text, SHORTEST, length - 1);
      for (int i = digits; i < NANO_DIGITS; i++) {
        nanos *= 10;
      }
    }
    // Leap seconds, 24:00 and days that do not exist are for the general parser.
    if (year < 0
        || month < 1
        || month > 12
        || day < 1
        || day > LocalDate.of(year, month, 1).lengthOfMonth()
        || hour < 0
        || hour > 23
        || minute < 0
        || minute > 59
        || second < 0
        || second > 59
        || nanos < 0) {
      return null;
    }
    long days = LocalDate.of(year, month, day).toEpochDay();
    return Instant.ofEpochSecond(
        days * SECONDS_A_DAY + hour * 3_600L + minute * 60L + second, nanos);
  }

  /** Digits of a text as a number; negative when one is none. */
  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
