package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells a card that restarted from two machines that use one identity: a boot that was followed by
 * another never comes back, unless it was another machine's. One return may be a message that was
 * long on its way; the second, at least {@link #APART} later, is a clone. In memory: after a
 * restart of the engine a clone is found one turn later. Thread-safe; at most {@value #MAX_BOOTS}
 * boots a position.
 */
final class BootTwins {
  /** Two messages of one boot that were under way together are not further apart. */
  static final Duration APART = Duration.ofMillis(200);

  /** Returns further apart than this are two accidents. */
  static final Duration WITHIN = Duration.ofMinutes(10);

  private static final int MAX_BOOTS = 8;

  private record Known(List<String> former, @Nullable Instant returned) {}

  private final Map<CardPosition, Known> cards = new ConcurrentHashMap<>();

  /** What an introduction tells. */
  enum Verdict {
    FINE,
    /** A boot that was followed by another; for the first time. */
    RETURNED,
    /** Again: there are two machines. */
    CLONED
  }

  /** A boot of the card was followed by another one. */
  void followed(CardPosition card, String formerBoot) {
    if (formerBoot.isEmpty()) {
      return;
    }
    cards.compute(
        card,
        (_, known) -> {
          List<String> before = known == null ? List.of() : known.former();
          return new Known(
              Stream.concat(
                      Stream.of(formerBoot), before.stream().filter(b -> !b.equals(formerBoot)))
                  .limit(MAX_BOOTS)
                  .toList(),
              known == null ? null : known.returned());
        });
  }

  /** Judges the boot that introduces itself, which {@code current} is not. */
  Verdict judge(CardPosition card, String boot, String current, Instant now) {
    Known known = cards.get(card);
    if (known == null || boot.equals(current) || !known.former().contains(boot)) {
      return Verdict.FINE;
    }
    Instant returned = known.returned();
    if (returned == null || now.isBefore(returned) || now.isAfter(returned.plus(WITHIN))) {
      cards.put(card, new Known(known.former(), now));
      return Verdict.RETURNED;
    }
    return now.isBefore(returned.plus(APART)) ? Verdict.RETURNED : Verdict.CLONED;
  }

  /** Another life begins: the card has to enrol. */
  void forget(CardPosition card) {
    cards.remove(card);
  }
}
