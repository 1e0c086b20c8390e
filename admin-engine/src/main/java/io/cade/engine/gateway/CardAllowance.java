package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What a card may have put on the disk by what it says of itself: so much at once, and then so much
 * a minute. It is refused as too many requests, which agents take as "try again later"; what
 * changes nothing costs nothing. Thread-safe; at most one entry a card and kind.
 */
final class CardAllowance {
  /** What is allowed. */
  enum Kind {
    /** Of boots that are news. A card that restarts again and again needs longer for each. */
    INTRODUCTION("introductions", 6, 6),
    RENEWAL("renewals of the certificate", 4, 4),
    /** Of reports that say something new of the device. */
    REPORT("reports of another device", 60, 60);

    private final String words;
    private final int burst;
    private final int aMinute;

    Kind(String words, int burst, int aMinute) {
      this.words = words;
      this.burst = burst;
      this.aMinute = aMinute;
    }
  }

  private record Key(CardPosition card, Kind kind) {}

  private record Bucket(double left, Instant at) {}

  // Guarded by this.
  private final Map<Key, Bucket> buckets = new HashMap<>();

  /**
   * Takes one.
   *
   * @throws Refusal LIMIT when none is left now
   */
  synchronized void take(CardPosition card, Kind kind, Instant now) throws Refusal {
    Key key = new Key(card, kind);
    Bucket known = buckets.getOrDefault(key, new Bucket(kind.burst, now));
    // A clock that was set back gives nothing, and takes nothing away.
    double fresh =
        (double) kind.aMinute
            * Math.max(0, Duration.between(known.at(), now).toMillis())
            / Duration.ofMinutes(1).toMillis();
    double left = Math.min(kind.burst, known.left() + fresh);
    boolean granted = left >= 1;
    buckets.put(key, new Bucket(granted ? left - 1 : left, now));
    if (!granted) {
      throw new Refusal(
          Refusal.Kind.LIMIT,
          "card %s: more than %d %s a minute: try again later"
              .formatted(card, kind.aMinute, kind.words));
    }
  }
}
