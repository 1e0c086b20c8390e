package io.cade.engine.snmp;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Services by the cards they are bound to. Immutable. */
final class Bound {
  private final Map<CardPosition, List<Service>> byCard = new HashMap<>();

  Bound(Map<String, Service> services) {
    for (Service service : services.values()) {
      service
          .placements()
          .forEach(p -> byCard.computeIfAbsent(p.position(), _ -> new ArrayList<>(2)).add(service));
    }
  }

  /** In the order of their names. */
  List<Service> on(CardPosition at) {
    return byCard.getOrDefault(at, List.of());
  }
}
