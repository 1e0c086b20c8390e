package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Rollout.Stage;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import java.time.Instant;
import java.util.Optional;

/**
 * Brings a service's cards back to the version that they had: the one at hand first, then those
 * that were done, the last one first. Those serve well: each is emptied of visitors, and does not
 * go while no other card serves. A card that is emptied is still among those that are done. Pure.
 */
final class RolloutReturn {
  private RolloutReturn() {}

  /** Ends the way forward. */
  static void begin(Draft draft, Service service, Rollout rollout, String cause) {
    CardPosition at = rollout.at();
    Rollout back = rollout.into(Stage.RETURNING, null, draft.now(), cause);
    if (at != null && rollout.concerns(at) && service.on(at).isPresent()) {
      order(draft, service, back, at);
      return;
    }
    if (at != null) {
      draft.cabinet().card(at).ifPresent(card -> RolloutRules.undrain(draft, service, card));
    }
    next(draft, service, back);
  }

  /** The card at hand. */
  static void step(Draft draft, Service service, Rollout rollout, Card card, Observed observed) {
    boolean away = RolloutRules.isAway(card);
    boolean serves = Routing.serves(service, card);
    if (!rollout.done().contains(card.position())) {
      boolean late =
          !draft.now().isBefore(rollout.since().plus(RolloutRules.startLimit(service, rollout)));
      if (late || away || serves) {
        RolloutRules.undrain(draft, service, card);
        next(draft, service, rollout);
      }
    } else if (away || !serves) {
      order(draft, service, rollout, card.position());
    } else if (!RolloutPeers.hasMate(draft.cabinet(), service, card)) {
      RolloutRules.undrain(draft, service, card);
      next(draft, service, rollout);
    } else if (RolloutRules.isEmptied(draft, service, rollout, card, observed)) {
      order(draft, service, rollout, card.position());
    }
  }

  /** The last card that was done goes back next. */
  static void next(Draft draft, Service service, Rollout rollout) {
    Rollout left =
        rollout.at() == null
            ? rollout
            : rollout.into(Stage.RETURNING, null, draft.now(), rollout.cause());
    while (!left.done().isEmpty()) {
      CardPosition last = left.done().getLast();
      if (service.on(last).isPresent()) {
        leave(draft, service, left, last);
        return;
      }
      left = left.minus(last);
    }
    RolloutRules.set(draft, service, left.into(Stage.RETURNED, null, draft.now(), rollout.cause()));
  }

  private static void leave(Draft draft, Service service, Rollout rollout, CardPosition at) {
    Card card = draft.cabinet().cards().get(at);
    if (card == null || RolloutRules.isAway(card) || !Routing.serves(service, card)) {
      order(draft, service, rollout, at);
    } else if (isPatient(rollout, draft.now())
        && !RolloutPeers.missing(draft.cabinet(), service, rollout, card, draft.now()).isEmpty()) {
      Optional<Rollout> known = draft.cabinet().service(service.name()).flatMap(Service::rollout);
      if (!known.equals(Optional.of(rollout))) {
        RolloutRules.set(draft, service, rollout);
      }
    } else if (card.drain() == null && RolloutPeers.hasMate(draft.cabinet(), service, card)) {
      draft.change(
          new Change.CardDrained(
              at, draft.now().plus(rollout.drain()), RolloutRules.by(service.name())));
      RolloutRules.set(
          draft, service, rollout.into(Stage.RETURNING, at, draft.now(), rollout.cause()));
    } else {
      order(draft, service, rollout, at);
    }
  }

  /** What it waits for. */
  static ServiceWaits.Wait wait(Cabinet cabinet, Service service, Rollout rollout, Instant now) {
    Instant since = rollout.since();
    CardPosition at = rollout.at();
    if (at == null) {
      CardPosition last = rollout.done().isEmpty() ? null : rollout.done().getLast();
      Card card = last == null ? null : cabinet.cards().get(last);
      String missing =
          card == null ? "" : RolloutPeers.missing(cabinet, service, rollout, card, now);
      return new ServiceWaits.Wait(
          missing.isEmpty()
              ? "the next card to go back to version " + rollout.from()
              : missing + ", before card " + last + " goes back to version " + rollout.from(),
          since,
          since.plus(RolloutPeers.LIMIT),
          false);
    }
    return rollout.done().contains(at)
        ? new ServiceWaits.Wait(
            "visitors to leave card " + at + ", which goes back to version " + rollout.from(),
            since,
            since.plus(rollout.drain()),
            false)
        : new ServiceWaits.Wait(
            "card " + at + " to go back to version " + rollout.from(),
            since,
            since.plus(RolloutRules.startLimit(service, rollout)),
            false);
  }

  private static boolean isPatient(Rollout rollout, Instant now) {
    return now.isBefore(rollout.since().plus(RolloutPeers.LIMIT));
  }

  private static void order(Draft draft, Service service, Rollout rollout, CardPosition at) {
    RolloutRules.set(
        draft, service, rollout.minus(at).into(Stage.RETURNING, at, draft.now(), rollout.cause()));
    draft.change(new Change.PlacementChanged(service.name(), Placement.pending(at)));
  }
}
