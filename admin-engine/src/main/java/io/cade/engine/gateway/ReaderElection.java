package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which card of each chassis reads the chassis bus (SPEC C6): the lowest slot among those that
 * live, and then the same one for as long as it lives, so that the bus does not change hands at
 * every boot. Thread-safe; at most one entry a chassis.
 */
final class ReaderElection {
  private final Map<Integer, CardPosition> readers = new ConcurrentHashMap<>();
  private final Duration silence;

  /**
   * @param silence a card not heard for so long does not count as alive
   */
  ReaderElection(Duration silence) {
    this.silence = silence;
  }

  /** Whether the card, which has just been heard, is its chassis' reader from now on. */
  boolean elect(CardPosition candidate, Cabinet cabinet, Observed observed, Instant now) {
    if (candidate.isManagement()) {
      return false;
    }
    return candidate.equals(
        readers.compute(
            candidate.chassis(),
            (chassis, incumbent) ->
                incumbent != null && lives(cabinet.cards().get(incumbent), observed, now)
                    ? incumbent
                    : lowest(chassis, cabinet, observed, now)));
  }

  private @Nullable CardPosition lowest(
      int chassis, Cabinet cabinet, Observed observed, Instant now) {
    return cabinet.cards().values().stream()
        .filter(card -> card.position().chassis() == chassis && lives(card, observed, now))
        .map(Card::position)
        .findFirst()
        .orElse(null);
  }

  private boolean lives(@Nullable Card card, Observed observed, Instant now) {
    if (card == null || !card.state().isAlive()) {
      return false;
    }
    Observed.CardHeard heard = observed.cards().get(card.position());
    return heard != null
        && heard.bootId().equals(card.bootId())
        && !now.isAfter(heard.at().plus(silence));
  }
}
