package io.cade.engine.conduct;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A pass in the making: each rule sees what the rules before it have decided. Owned by one pass.
 */
final class Draft {
  /** In the order in which they are tried. */
  private static final List<List<CardState>> WAYS =
      List.of(
          List.of(),
          List.of(CardState.BOOTING),
          List.of(CardState.ASSIGNED),
          List.of(CardState.BOOTING, CardState.ASSIGNED));

  private final CabinetBuilder builder;
  private final Instant now;
  private final List<Change> changes = new ArrayList<>();
  private final Set<Order> orders = new LinkedHashSet<>();

  private final Supplier<Headroom> headroom;

  Draft(Cabinet from, Instant now) {
    this(from, Headroom::unknown, now);
  }

  /**
   * A pass that knows what is left of power and air.
   *
   * @param headroom asked for only when a card is chosen
   */
  Draft(Cabinet from, Supplier<Headroom> headroom, Instant now) {
    this.builder = new CabinetBuilder(from);
    this.headroom = headroom;
    this.now = now;
  }

  /** What is left of power and air, as it was when the pass began. */
  Headroom headroom() {
    return headroom.get();
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

  /**
   * Brings a card into a state, where the table has no direct transition by way of others: a card
   * that was only cut off may report from the midst of its work.
   */
  void become(Card card, CardState state, String cause) {
    if (card.state() == state) {
      return;
    }
    for (List<CardState> way : WAYS) {
      if (leads(card.state(), way, state)) {
        way.forEach(step -> change(new Change.CardStateChanged(card.position(), step, cause)));
        change(new Change.CardStateChanged(card.position(), state, cause));
        return;
      }
    }
  }

  private static boolean leads(CardState from, List<CardState> way, CardState to) {
    CardState at = from;
    for (CardState step : way) {
      if (!at.mayBecome(step)) {
        return false;
      }
      at = step;
    }
    return at.mayBecome(to);
  }

  Plan plan() {
    return new Plan(withoutSuperseded(changes), List.copyOf(orders));
  }

  /**
   * Each record of an image update is the whole of it, with a step for each card: when hundreds go
   * on in one pass only the last one counts, and all of them would be too much for one commit.
   * Nothing else that a pass changes asks an update's record; what a command's end writes into one
   * is in the later one already.
   */
  private static List<Change> withoutSuperseded(List<Change> changes) {
    Set<String> later = new HashSet<>();
    List<Change> kept = new ArrayList<>();
    for (Change change : changes.reversed()) {
      if (!(change instanceof Change.ImageUpdateChanged c) || later.add(c.update().name())) {
        kept.add(change);
      }
    }
    return kept.reversed();
  }
}
