package io.cade.engine.conduct;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A pass in the making: each rule sees what the rules before it have decided. Owned by one pass.
 */
final class Draft {
  private final CabinetBuilder builder;
  private final Instant now;
  private final List<Change> changes = new ArrayList<>();
  private final Set<Order> orders = new LinkedHashSet<>();

  Draft(Cabinet from, Instant now) {
    this.builder = new CabinetBuilder(from);
    this.now = now;
  }

  Instant now() {
    return now;
  }

  Cabinet cabinet() {
    return builder.view();
  }

  void change(Change change) {
    builder.apply(change, now);
    changes.add(change);
  }

  void order(Order order) {
    orders.add(order);
  }

  /** Brings a card into a state, by way of BOOTING where the table has no direct transition. */
  void become(Card card, CardState state, String cause) {
    if (card.state() == state) {
      return;
    }
    if (!card.state().mayBecome(state)) {
      if (!card.state().mayBecome(CardState.BOOTING) || !CardState.BOOTING.mayBecome(state)) {
        return;
      }
      change(new Change.CardStateChanged(card.position(), CardState.BOOTING, cause));
    }
    change(new Change.CardStateChanged(card.position(), state, cause));
  }

  Plan plan() {
    return new Plan(changes, List.copyOf(orders));
  }
}
