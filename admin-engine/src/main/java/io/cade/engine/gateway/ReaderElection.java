package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.observe.Observations;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
  boolean elect(CardPosition candidate, Cabinet cabinet, Observations observed, Instant now) {
    if (candidate.isManagement()) {
      return false;
    }
    return candidate.equals(
        readers.compute(
            candidate.chassis(),
            (chassis, incumbent) ->
                incumbent != null && goesOn(incumbent, cabinet, observed, now)
                    ? incumbent
                    : lowest(chassis, cabinet, observed, now)));
  }

  /** Cards that are about to lose their power come last: they would cut themselves off. */
  private @Nullable CardPosition lowest(
      int chassis, Cabinet cabinet, Observations observed, Instant now) {
    List<Card> living =
        cabinet.cards().values().stream()
            .filter(card -> card.position().chassis() == chassis && lives(card, observed, now))
            .toList();
    return living.stream()
        .filter(card -> card.hold() == null)
        .findFirst()
        .or(() -> living.stream().findFirst())
        .map(Card::position)
        .orElse(null);
  }

  /** Whether the incumbent goes on: a card about to lose its power hands over if another can. */
  private boolean goesOn(
      CardPosition incumbent, Cabinet cabinet, Observations observed, Instant now) {
    Card card = cabinet.cards().get(incumbent);
    return card != null && lives(card, observed, now) && card.hold() == null;
  }

  private boolean lives(@Nullable Card card, Observations observed, Instant now) {
    if (card == null || !card.state().isAlive()) {
      return false;
    }
    Observed.CardHeard heard = observed.card(card.position());
    return heard != null
        && heard.bootId().equals(card.bootId())
        && !now.isAfter(heard.at().plus(silence))
        // What lies in the future was heard before the clock was set back.
        && !heard.at().isAfter(now.plus(silence));
  }
}
