package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.CardChooser;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import java.util.ArrayList;
import java.util.List;

/**
 * Which changes give a card to a service that is there already, or take it back (SPEC D3). Pure:
 * the conductor then sets the card up, or cleans it.
 */
public final class CardAssignment {
  private CardAssignment() {}

  /**
   * One more card for a service.
   *
   * @throws Refusal NOT_FOUND for the card or the service; CONFLICT if the card is not a free
   *     server card, or the service is not served yet or not any more
   */
  public static List<Change> assign(Cabinet cabinet, CardPosition position, String name)
      throws Refusal {
    Card card = require(cabinet, position);
    Service service = Inspection.requireService(cabinet, name);
    if (service.on(position).isPresent()) {
      return List.of();
    }
    if (!cabinet.servicesOn(position).isEmpty()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card "
              + position
              + " belongs to service "
              + cabinet.servicesOn(position).getFirst().name()
              + ": release it first");
    }
    if (card.state() != CardState.AVAILABLE) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card " + position + " is " + card.state() + ", only an AVAILABLE card can be assigned");
    }
    String image = CardChooser.image(cabinet, position);
    if (!image.isEmpty()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card " + position + " " + image + ": assign it when it has it (update status)");
    }
    requireServed(service);
    List<CardPosition> positions = positions(service);
    positions.add(position);
    return List.of(
        new Change.ServiceResized(name, service.definition().cards() + 1),
        new Change.CardsBound(name, positions));
  }

  /**
   * Takes a card away from its services.
   *
   * @param force also when it is not drained: its visitors are cut off
   * @throws Refusal NOT_FOUND for the card; CONFLICT if it is the only card of a service, or has
   *     visitors
   */
  public static List<Change> release(Cabinet cabinet, CardPosition position, boolean force)
      throws Refusal {
    Card card = require(cabinet, position);
    List<Change> changes = new ArrayList<>();
    for (Service service : cabinet.servicesOn(position)) {
      if (service.phase() == ServicePhase.REMOVING) {
        continue; // it leaves its cards of its own accord
      }
      requireServed(service);
      List<CardPosition> positions = positions(service);
      positions.remove(position);
      if (positions.isEmpty()) {
        throw new Refusal(
            Refusal.Kind.CONFLICT,
            "card "
                + position
                + " is the only card of service "
                + service.name()
                + ": assign another first, or delete the service");
      }
      changes.add(new Change.CardsBound(service.name(), positions));
      // Fewer than it has when others are on their way out already.
      int cards = Math.min(service.definition().cards(), positions.size());
      changes.add(new Change.ServiceResized(service.name(), cards));
    }
    if (!changes.isEmpty() && card.drain() == null && card.state().isAlive() && !force) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card " + position + " has visitors: drain it first, or use --force");
    }
    if (!changes.isEmpty() && card.drain() != null) {
      changes.add(new Change.CardUndrained(position)); // the next service finds a fresh card
    }
    return changes;
  }

  private static List<CardPosition> positions(Service service) {
    return new ArrayList<>(service.placements().stream().map(Placement::position).toList());
  }

  private static Card require(Cabinet cabinet, CardPosition position) throws Refusal {
    if (position.isManagement()) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "card " + position + " is a management card: it carries no services");
    }
    return cabinet
        .card(position)
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.NOT_FOUND, "no card was ever seen in slot " + position));
  }

  private static void requireServed(Service service) throws Refusal {
    if (service.phase() != ServicePhase.ANNOUNCED && service.phase() != ServicePhase.SETUP) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "service "
              + service.name()
              + " is in phase "
              + service.phase()
              + ": its cards can be changed while it is set up or served");
    }
  }
}
