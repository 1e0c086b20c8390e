package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Drain;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A service that has more cards than it is to have gives back the rest (SPEC D3): those that serve
 * are emptied of visitors first, by a drain that bears {@link LeavingCards#mark}. What is to be
 * done follows from the state alone, so it goes on after a restart of the engine, and another card
 * leaves when one of them is lost meanwhile.
 */
final class ShrinkRules {
  /** For a card that takes the place of one whose deadline was given by an operator. */
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  void apply(Draft draft, Observed observed) {
    for (Service service : List.copyOf(draft.cabinet().services().values())) {
      boolean served =
          service.phase() == ServicePhase.SETUP || service.phase() == ServicePhase.ANNOUNCED;
      // While a card takes the place of another there is one more, and it is known which one goes.
      if (served && service.rollout().isEmpty() && service.move().isEmpty()) {
        shrink(draft, service, observed);
      }
    }
    liftLeftOver(draft);
  }

  private static void shrink(Draft draft, Service service, Observed observed) {
    int cards = service.definition().cards();
    if (service.placements().size() <= cards) {
      return;
    }
    Set<CardPosition> leaving =
        Set.copyOf(CardChooser.choose(draft.cabinet(), service.name(), cards).leaving());
    List<CardPosition> rest = new ArrayList<>();
    for (Placement placement : service.placements()) {
      CardPosition at = placement.position();
      Card card = draft.cabinet().cards().get(at);
      if (!leaving.contains(at)) {
        rest.add(at);
        if (card != null && LeavingCards.isMarked(card, service.name())) {
          draft.change(new Change.CardUndrained(at));
        }
      } else if (card != null && !mayGo(draft, service, card, observed)) {
        rest.add(at);
      }
    }
    if (rest.size() < service.placements().size()) {
      draft.change(new Change.CardsBound(service.name(), rest));
    }
  }

  /** Whether nobody misses the card; if somebody could, it is emptied. */
  private static boolean mayGo(Draft draft, Service service, Card card, Observed observed) {
    Instant now = draft.now();
    Drain drain = card.drain();
    if (!Routing.serves(service, card)) {
      return true;
    }
    if (drain == null || !LeavingCards.isMarked(card, service.name())) {
      draft.change(
          new Change.CardDrained(
              card.position(), now.plus(DEADLINE), LeavingCards.mark(service.name())));
      return false;
    }
    boolean settled = !now.isBefore(drain.since().plus(HoldRules.ROUTES_SETTLE));
    return settled
        && (!now.isBefore(drain.until())
            || RolloutRules.isEmpty(service, drain.since(), card.position(), observed));
  }

  /** The next service finds a fresh card. */
  private static void liftLeftOver(Draft draft) {
    for (Card card : draft.cabinet().cards().values()) {
      Drain drain = card.drain();
      if (drain != null
          && LeavingCards.isAnyMark(drain.by())
          && draft.cabinet().services().values().stream()
              .noneMatch(s ->
                  s.on(card.position()).isPresent()
                      && LeavingCards.isMarked(card, s.name())
                      && s.placements().size() > s.definition().cards())) {
        draft.change(new Change.CardUndrained(card.position()));
      }
    }
  }
}
