package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import java.time.Duration;
import java.time.Instant;

/**
 * For which other card of its service a card waits that is to be taken out of service for another
 * version, or back from it: never two at once (SPEC U1). A card that stays away, or cannot be
 * helped, keeps the others for a time only. Pure.
 */
final class RolloutPeers {
  /**
   * How long the only card that serves waits for one that was lost or has failed. Longer than it
   * takes for the place of a lost card to go to another one; not for ever, because the version may
   * be what mends the service.
   */
  static final Duration LIMIT = ImageUpdateReturn.PEER_LIMIT;

  private RolloutPeers() {}

  /** What a card waits for before it is taken out, in words that follow "waits for"; or empty. */
  static String missing(Cabinet cabinet, Service service, Rollout rollout, Card card, Instant now) {
    if (service.move().isPresent()) {
      return "card %s to take the place of %s"
          .formatted(service.move().get().to(), service.move().get().from());
    }
    if (isUpdated(cabinet, card.position())) {
      return updated(card.position());
    }
    String only = "";
    for (Placement placement : service.placements()) {
      CardPosition at = placement.position();
      Card mate = cabinet.cards().get(at);
      if (mate == null || at.equals(card.position())) {
        continue;
      }
      if (isUpdated(cabinet, at)) {
        return updated(at);
      }
      if (mate.state() == CardState.BOOTING && mate.hold() == null) {
        return "card " + at + ", which boots";
      }
      if (serves(service, mate)) {
        continue;
      }
      boolean away = RolloutRules.isAway(mate);
      if (!away && !isLongOut(service, rollout, mate, now)) {
        return "card " + at + " to serve";
      }
      if (now.isBefore(outSince(mate, placement, now).plus(LIMIT))) {
        only = away ? awayWords(mate) : "card " + at + " to serve";
      }
    }
    return Routing.serves(service, card) && !hasMate(cabinet, service, card) ? only : "";
  }

  /** Whether another card of the service serves, and is to go on doing so. */
  static boolean hasMate(Cabinet cabinet, Service service, Card card) {
    return service.placements().stream()
        .filter(p -> !p.position().equals(card.position()))
        .map(p -> cabinet.cards().get(p.position()))
        .anyMatch(mate -> mate != null && serves(service, mate));
  }

  /** Whether a card that is there has not served for longer than a start may take. */
  static boolean isLongOut(Service service, Rollout rollout, Card card, Instant now) {
    return card.state() == CardState.ASSIGNED
        && !now.isBefore(card.since().plus(RolloutRules.startLimit(service, rollout)));
  }

  /** Since when a card does not serve; tries in between do not count. */
  private static Instant outSince(Card card, Placement placement, Instant now) {
    PowerHold hold = card.hold();
    if (card.state().isAlive()) {
      return hold != null ? hold.since() : card.state() == CardState.ASSIGNED ? card.since() : now;
    }
    return placement.state() == Placement.State.PENDING ? placement.since() : card.since();
  }

  private static boolean serves(Service service, Card card) {
    return card.hold() == null && Routing.serves(service, card);
  }

  /** Whether a card is between two boot images, or is about to go back to the one it had. */
  private static boolean isUpdated(Cabinet cabinet, CardPosition at) {
    return cabinet.updates().values().stream()
        .anyMatch(u ->
            u.worksOn(at)
                || (u.stage() == ImageUpdate.Stage.RETURNING
                    && u.on(at)
                        .filter(step -> step.state() != ImageUpdate.State.RETURNED)
                        .isPresent()));
  }

  private static String awayWords(Card card) {
    String how = card.state().isAlive() ? "being switched off" : card.state().name();
    return "card " + card.position() + ", which is " + how + ", or another one in its place";
  }

  private static String updated(CardPosition at) {
    return "card " + at + ", which is between two boot images";
  }
}
