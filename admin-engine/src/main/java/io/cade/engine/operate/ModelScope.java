package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.ApplyRuns;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import java.util.List;

/**
 * Which cards of a type something is about.
 *
 * @param positions only these; empty for all
 * @param service only those of this service; empty for all
 */
public record ModelScope(List<CardPosition> positions, String service) {
  public static final ModelScope ALL = new ModelScope(List.of(), "");

  public ModelScope {
    positions = List.copyOf(positions);
  }

  /** Whether it is about all cards of the type. */
  public boolean isWhole() {
    return positions.isEmpty() && service.isEmpty();
  }

  /** The cards, in order. */
  List<CardPosition> cards(Cabinet cabinet, String type) throws Refusal {
    List<CardPosition> all = ApplyRuns.cardsOf(cabinet, type);
    for (CardPosition at : positions) {
      if (!all.contains(at)) {
        ModelInspection.requireCard(cabinet, at);
        throw new Refusal(Refusal.Kind.INVALID, "card " + at + " is not of the type " + type);
      }
    }
    List<CardPosition> chosen = positions.isEmpty() ? all : positions.stream().sorted().toList();
    if (service.isEmpty()) {
      return chosen;
    }
    Service named = Inspection.requireService(cabinet, service);
    List<CardPosition> bound = named.placements().stream().map(Placement::position).toList();
    List<CardPosition> both = chosen.stream().filter(bound::contains).toList();
    if (both.isEmpty()) {
      throw new Refusal(
          Refusal.Kind.INVALID, "service " + service + " has no card of the type " + type);
    }
    return both;
  }
}
