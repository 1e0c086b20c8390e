package io.cade.mib.nms;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What the words of our enumerations mean to somebody who watches. */
enum Health {
  /** As it should be. */
  GOOD,
  /** Look at it when you have time; it may pass by itself. */
  WARNING,
  /** Something does not work. */
  BAD,
  /** Says nothing about health, or nothing is known. */
  NEUTRAL;

  private static final Set<String> GOOD_WORDS =
      Set.of(
          "normal",
          "ok",
          "running",
          "up",
          "available",
          "healthy",
          "good",
          "on",
          "complete",
          "assigned",
          "closed",
          "inserted",
          "delivered",
          "cleared");
  private static final Set<String> WARNING_WORDS =
      Set.of(
          "degraded",
          "warning",
          "rebuilding",
          "outdated",
          "minor",
          "booting",
          "updating",
          "starting",
          "draining",
          "pending",
          "stopping");
  private static final Set<String> BAD_WORDS =
      Set.of(
          "failed",
          "critical",
          "major",
          "down",
          "unreachable",
          "missing",
          "quarantined",
          "lost",
          "stalled");

  static Health of(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    return GOOD_WORDS.contains(lower)
        ? GOOD
        : WARNING_WORDS.contains(lower) ? WARNING : BAD_WORDS.contains(lower) ? BAD : NEUTRAL;
  }

  /** Whether a column tells health: it knows something good and something bad. */
  static boolean isTold(Mib.Item item) {
    return has(item.values(), GOOD) && has(item.values(), BAD);
  }

  private static boolean has(Map<Integer, String> values, Health health) {
    return values.values().stream().anyMatch(w -> of(w) == health);
  }
}
