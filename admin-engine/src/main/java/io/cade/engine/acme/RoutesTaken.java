package io.cade.engine.acme;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import java.util.Map;
import java.util.TreeSet;

/** Whether the proxies use certain routes: a proxy says so when it asks for newer ones. Pure. */
sealed interface RoutesTaken {
  /** Every proxy that is up uses them. */
  record ByAll() implements RoutesTaken {}

  /** There is no proxy that is up. */
  record ByNobody() implements RoutesTaken {}

  /** These proxies are up and do not use them yet. */
  record NotYetBy(TreeSet<CardPosition> proxies) implements RoutesTaken {}

  /**
   * @param inUse version of the routes that each proxy said it uses
   * @param version of the routes in question, or newer
   */
  static RoutesTaken judge(Cabinet cabinet, Map<CardPosition, Long> inUse, long version) {
    int up = 0;
    TreeSet<CardPosition> missing = new TreeSet<>();
    for (Card card : cabinet.cards().values()) {
      if (card.role() == CardRole.PROXY && card.state().isAlive()) {
        up++;
        if (inUse.getOrDefault(card.position(), -1L) < version) {
          missing.add(card.position());
        }
      }
    }
    if (up == 0) {
      return new ByNobody();
    }
    return missing.isEmpty() ? new ByAll() : new NotYetBy(missing);
  }
}
