package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.conduct.Choice.Kind;
import io.cade.engine.conduct.Choice.Verdict;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Drain;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which cards a service gives back: first those that serve nobody, dead ones before others, so that
 * a card that serves goes only when all that stay serve too; then those that are on their way out
 * already, are drained, have a fault or a temperature alarm; then from the chassis that has the
 * most cards of the service; there the newest. Pure.
 */
public final class LeavingCards {
  private static final String MARK = "resize: ";

  private LeavingCards() {}

  /**
   * Who drains the cards that leave a service: they are known by it, also after a restart of the
   * engine. No user has such a name.
   */
  public static String mark(String service) {
    return MARK + service;
  }

  /** Whether the card is drained because it leaves this service. */
  public static boolean isMarked(Card card, String service) {
    Drain drain = card.drain();
    return drain != null && drain.by().equals(mark(service));
  }

  /** Whether a drain is by {@link #mark}, of whichever service. */
  static boolean isAnyMark(String by) {
    return by.startsWith(MARK);
  }

  /** The cards of a service: those that leave, the first to go first, and those that stay. */
  static List<Verdict> verdicts(Cabinet cabinet, Service service, int leaving) {
    Map<Integer, Integer> own = new HashMap<>();
    List<Placement> staying = new ArrayList<>(service.placements().reversed());
    staying.forEach(p -> own.merge(p.position().chassis(), 1, Integer::sum));
    List<Verdict> verdicts = new ArrayList<>();
    for (int i = 0; i < leaving; i++) {
      // Of equals the first, which is the newest.
      Placement gone =
          staying.stream()
              .min(
                  Comparator.comparing((Placement p) -> health(cabinet, service, p))
                      .thenComparingInt(p -> -own.getOrDefault(p.position().chassis(), 0)))
              .orElseThrow();
      staying.remove(gone);
      verdicts.add(
          new Verdict(gone.position(), Kind.LEAVES, whyLeaves(cabinet, service, gone, own)));
      own.merge(gone.position().chassis(), -1, Integer::sum);
    }
    staying.stream()
        .map(p -> new Verdict(p.position(), Kind.STAYS, whyStays(cabinet, service, p)))
        .sorted(Comparator.comparing(Verdict::position))
        .forEach(verdicts::add);
    return verdicts;
  }

  /** Worst first. */
  private enum Health {
    AWAY,
    NOT_SERVING,
    LEAVING,
    DRAINED,
    DEGRADED,
    HOT,
    GOOD
  }

  private static Health health(Cabinet cabinet, Service service, Placement placement) {
    CardPosition at = placement.position();
    Card card = cabinet.cards().get(at);
    if (card == null || !card.state().isAlive()) {
      return Health.AWAY;
    }
    if (!Routing.serves(service, card)) {
      return Health.NOT_SERVING;
    }
    if (card.drain() != null) {
      return isMarked(card, service.name()) ? Health.LEAVING : Health.DRAINED;
    }
    if (card.state() == CardState.DEGRADED) {
      return Health.DEGRADED;
    }
    return HeatRules.level(cabinet, at) == null ? Health.GOOD : Health.HOT;
  }

  private static String whyLeaves(
      Cabinet cabinet, Service service, Placement placement, Map<Integer, Integer> own) {
    int chassis = placement.position().chassis();
    Card card = cabinet.cards().get(placement.position());
    return switch (health(cabinet, service, placement)) {
      case GOOD -> {
        int here = own.getOrDefault(chassis, 0);
        int most = own.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        int least = own.values().stream().filter(n -> n > 0).mapToInt(n -> n).min().orElse(0);
        yield here == most && most > least
            ? "chassis %d carries %d of its cards, more than others".formatted(chassis, here)
            : "the newest of its cards, which all serve";
      }
      case LEAVING -> "on its way out already: being emptied of visitors";
      case AWAY, NOT_SERVING, DRAINED, DEGRADED, HOT -> remark(cabinet, service, placement, card);
    };
  }

  private static String whyStays(Cabinet cabinet, Service service, Placement placement) {
    Card card = cabinet.cards().get(placement.position());
    return switch (health(cabinet, service, placement)) {
      case GOOD -> "serves " + service.name();
      case LEAVING -> "serves " + service.name() + "; was on its way out";
      case AWAY, NOT_SERVING, DRAINED, DEGRADED, HOT ->
          "belongs to " + service.name() + ": " + remark(cabinet, service, placement, card);
    };
  }

  private static String remark(
      Cabinet cabinet, Service service, Placement placement, @Nullable Card card) {
    if (card == null) {
      return "never seen";
    }
    return switch (health(cabinet, service, placement)) {
      case AWAY -> card.state() + (card.cause().isEmpty() ? "" : ": " + card.cause());
      case NOT_SERVING -> {
        String detail = placement.detail();
        yield "does not serve yet, " + placement.state() + (detail.isEmpty() ? "" : ": " + detail);
      }
      case DRAINED -> "drained by " + (card.drain() == null ? "nobody" : card.drain().by());
      case DEGRADED -> "DEGRADED: " + card.cause();
      case HOT -> "hot: a temperature alarm is active on it";
      case LEAVING, GOOD -> "";
    };
  }
}
