package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import org.jspecify.annotations.Nullable;

/**
 * Where in the cabinet the source of an alarm is: {@code card 1.3}, {@code card 1.3 inlet}, {@code
 * chassis 2}, {@code chassis 2 fan1}.
 *
 * @param card null for a chassis
 * @param rest of the source: the part of the card or chassis; empty for the whole of it
 */
record Place(int chassis, @Nullable CardPosition card, String rest) {
  /** The place of a source; null when it has none, as a service. */
  static @Nullable Place of(String source) {
    int first = source.indexOf(' ');
    if (first < 0) {
      return null;
    }
    int second = source.indexOf(' ', first + 1);
    String where = source.substring(first + 1, second < 0 ? source.length() : second);
    String rest = second < 0 ? "" : source.substring(second + 1);
    try {
      return switch (source.substring(0, first)) {
        case "card" -> {
          CardPosition at = CardPosition.parse(where);
          yield new Place(at.chassis(), at, rest);
        }
        case "chassis" -> new Place(Integer.parseInt(where), null, rest);
        default -> null;
      };
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
