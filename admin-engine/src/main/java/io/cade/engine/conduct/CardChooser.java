package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Proposes cards for a service: free ones, spread over as many chassis as there are, so that a lost
 * chassis takes as few of them as possible (SPEC A4 phase 2).
 */
final class CardChooser {
  private CardChooser() {}

  /** Up to {@code wanted} positions; fewer when there are not so many free cards. */
  static List<CardPosition> choose(Cabinet cabinet, int wanted) {
    Map<Integer, List<CardPosition>> free = new TreeMap<>();
    Map<Integer, Integer> used = new HashMap<>();
    for (Card card : cabinet.cards().values()) {
      CardPosition at = card.position();
      if (at.isManagement() || card.role() != CardRole.SERVER) {
        continue;
      }
      boolean bound = !cabinet.servicesOn(at).isEmpty();
      if (bound) {
        used.merge(at.chassis(), 1, Integer::sum);
      } else if (card.state() == CardState.AVAILABLE && card.hold() == null) {
        free.computeIfAbsent(at.chassis(), c -> new ArrayList<>()).add(at);
      }
    }
    List<Integer> order = new ArrayList<>(free.keySet());
    order.sort(
        Comparator.comparingInt((Integer c) -> used.getOrDefault(c, 0))
            .thenComparing(Comparator.naturalOrder()));
    List<CardPosition> chosen = new ArrayList<>();
    for (int round = 0; chosen.size() < wanted; round++) {
      boolean any = false;
      for (int chassis : order) {
        List<CardPosition> slots = free.getOrDefault(chassis, List.of());
        if (round < slots.size() && chosen.size() < wanted) {
          chosen.add(slots.get(round));
          any = true;
        }
      }
      if (!any) {
        break;
      }
    }
    return chosen;
  }
}
