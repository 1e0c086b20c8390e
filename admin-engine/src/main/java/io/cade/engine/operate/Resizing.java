package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.CardChooser;
import io.cade.engine.conduct.Choice;
import io.cade.engine.conduct.Headroom;
import io.cade.engine.conduct.LeavingCards;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Which changes bring a service to another number of cards while it runs (SPEC D3). Pure: the
 * conductor sets up the cards that join, and releases those that leave when they are empty.
 */
public final class Resizing {
  private Resizing() {}

  /**
   * All of the change, or none.
   *
   * @param until visitors who are bound to a card that leaves may stay until then
   * @throws Refusal NOT_FOUND for the service; INVALID for a number below 1; CONFLICT when there
   *     are too few free cards, a version is on its way, or the service is neither waiting for
   *     cards nor served
   */
  public static List<Change> resize(
      Cabinet cabinet, Headroom headroom, String name, int cards, Instant until) throws Refusal {
    Service service = Inspection.requireService(cabinet, name);
    if (cards < 1) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "cards is " + cards + ": a service keeps at least 1; service delete takes it away");
    }
    requireQuiet(service);
    Choice choice = CardChooser.choose(cabinet, headroom, name, cards);
    boolean wants = service.phase() == ServicePhase.BINDING;
    // One that waits for cards may wait for fewer, also when these are not there yet.
    if (!choice.isComplete() && !(wants && cards < service.definition().cards())) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          choice.summary()
              + "; nothing was changed; service plan "
              + name
              + " --cards "
              + cards
              + " says why for each card");
    }
    List<Change> changes = new ArrayList<>();
    if (cards != service.definition().cards()) {
      changes.add(new Change.ServiceResized(name, cards));
    }
    if (wants) {
      return changes; // it gets its cards all at once
    }
    List<CardPosition> leaving = choice.leaving();
    for (Placement placement : service.placements()) {
      Card card = cabinet.cards().get(placement.position());
      if (card != null && leaving.contains(card.position())) {
        if (card.state().isAlive()) {
          changes.add(new Change.CardDrained(card.position(), until, LeavingCards.mark(name)));
        }
      } else if (card != null && LeavingCards.isMarked(card, name)) {
        changes.add(new Change.CardUndrained(card.position()));
      }
    }
    if (!choice.joining().isEmpty()) {
      List<CardPosition> positions = new ArrayList<>();
      service.placements().forEach(p -> positions.add(p.position()));
      positions.addAll(choice.joining());
      changes.add(new Change.CardsBound(name, positions));
    }
    return changes;
  }

  private static void requireQuiet(Service service) throws Refusal {
    VersionOperations.requireNoRollout(service);
    VersionOperations.requireNoMove(service);
    switch (service.phase()) {
      case BINDING, SETUP, ANNOUNCED -> {
        // Its cards are not chosen yet, or known to the proxies or about to be.
      }
      case PARAMETERS, CONFIGURATION, REMOVING, FAILED ->
          throw new Refusal(
              Refusal.Kind.CONFLICT,
              "service "
                  + service.name()
                  + " is in phase "
                  + service.phase()
                  + ": its size can be changed while it waits for cards, is set up or served");
    }
  }
}
