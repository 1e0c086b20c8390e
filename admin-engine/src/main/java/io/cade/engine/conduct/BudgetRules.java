package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisStatus;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Keeps what the cards of a chassis may draw within what its good supplies may give: when one
 * fails, cards are switched off, spare ones first, then those whose services have most other cards;
 * when there is power again, they come back in the opposite order. Never the reader of the chassis:
 * it alone can switch them on again.
 */
final class BudgetRules {
  /** Nobody switches cards to and fro with a supply that comes and goes. */
  static final Duration LEAST_OFF = Duration.ofSeconds(30);

  /** What overloads supplies cannot wait for long. */
  static final Duration GRACE = Duration.ofSeconds(5);

  private final ConductorPolicy policy;

  BudgetRules(ConductorPolicy policy) {
    this.policy = policy;
  }

  void apply(Draft draft, Observed observed) {
    Map<Integer, List<Card>> byChassis = new TreeMap<>();
    for (Card card : draft.cabinet().cards().values()) {
      if (!card.position().isManagement()) {
        byChassis.computeIfAbsent(card.position().chassis(), _ -> new ArrayList<>()).add(card);
      }
    }
    byChassis.forEach((number, cards) -> {
      ChassisStatus status = CardHardware.fresh(observed, number, policy, draft.now()).orElse(null);
      OptionalInt capacity =
          status == null ? OptionalInt.empty() : CardHardware.capacityForCards(status);
      Observed.ChassisHeard heard = observed.chassis().get(number);
      if (capacity.isPresent() && heard != null) {
        balance(draft, cards, capacity.getAsInt(), heard.reader());
      }
    });
  }

  private static void balance(Draft draft, List<Card> cards, int capacity, CardPosition reader) {
    int demand = cards.stream().filter(CardHardware::draws).mapToInt(CardHardware::maxWatts).sum();
    if (demand <= capacity && cards.stream().noneMatch(BudgetRules::isHeldForBudget)) {
      return; // who is missed least is worth knowing only when somebody has to go or to come back
    }
    List<Card> order = new ArrayList<>(cards);
    order.sort(leastMissed(draft.cabinet()));
    for (Card card : order) {
      if (demand > capacity && CardHardware.draws(card) && !card.position().equals(reader)) {
        draft.change(
            new Change.CardHeld(
                card.position(),
                PowerHold.Reason.BUDGET,
                draft.now().plus(GRACE),
                null,
                "power budget"));
        demand -= CardHardware.maxWatts(card);
      }
    }
    Instant settled = draft.now().minus(LEAST_OFF);
    for (Card card : order.reversed()) {
      PowerHold hold = card.hold();
      if (hold != null
          && isHeldForBudget(card)
          && hold.since().isBefore(settled)
          && demand + CardHardware.maxWatts(card) <= capacity) {
        HoldRules.release(draft, card);
        demand += CardHardware.maxWatts(card);
      }
    }
  }

  private static boolean isHeldForBudget(Card card) {
    PowerHold hold = card.hold();
    return hold != null && hold.reason() == PowerHold.Reason.BUDGET;
  }

  /** Who is missed least comes first: spare cards, then by the others that carry its services. */
  private static Comparator<Card> leastMissed(Cabinet cabinet) {
    return Comparator.comparingInt((Card card) -> -others(cabinet, card))
        .thenComparing(Card::position, Comparator.reverseOrder());
  }

  /** The fewest other cards that serve one of the card's services; very many when it has none. */
  private static int others(Cabinet cabinet, Card card) {
    int fewest = Integer.MAX_VALUE;
    for (Service service : cabinet.servicesOn(card.position())) {
      int serving = 0;
      for (Placement placement : service.placements()) {
        Card each = cabinet.cards().get(placement.position());
        if (each != null
            && !each.position().equals(card.position())
            && each.hold() == null
            && Routing.serves(service, each)) {
          serving++;
        }
      }
      fewest = Math.min(fewest, serving);
    }
    return fewest;
  }
}
