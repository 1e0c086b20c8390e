package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which services each card carries, as one pass finds them. Owned by the pass. */
final class ServiceMates {
  private final Map<CardPosition, List<Service>> byCard = new HashMap<>();

  ServiceMates(Cabinet cabinet) {
    for (Service service : cabinet.services().values()) {
      for (Placement placement : service.placements()) {
        byCard.merge(
            placement.position(),
            List.of(service),
            (a, b) -> {
              List<Service> both = new ArrayList<>(a);
              both.addAll(b);
              return both;
            });
      }
    }
  }

  List<String> namesOn(CardPosition at) {
    return byCard.getOrDefault(at, List.of()).stream().map(Service::name).toList();
  }

  /**
   * What keeps a card from being changed now; empty when nothing does. When what serves may stop
   * for a moment, only one card of a service at a time, whatever it is out for; else never all that
   * serve. A card that is merely lost is not waited for.
   *
   * @param run with cards that it works on, which count as being changed
   */
  String obstacle(Cabinet cabinet, @Nullable ApplyRun run, Card card, boolean disturbs) {
    if (isUpdated(cabinet, card)) {
      return "waits until card " + card.position() + " has its image";
    }
    for (Service service : byCard.getOrDefault(card.position(), List.of())) {
      if (service.rollout().filter(r -> r.worksOn(card.position())).isPresent()) {
        return "waits until card %s has its version of service %s"
            .formatted(card.position(), service.name());
      }
      CardPosition busy = null;
      int serving = 0;
      for (Placement placement : service.placements()) {
        CardPosition at = placement.position();
        Card mate = cabinet.cards().get(at);
        if (mate == null || at.equals(card.position())) {
          continue;
        }
        boolean changed =
            isChanged(cabinet, run, at)
                || isUpdated(cabinet, mate)
                || service.rollout().filter(r -> r.worksOn(at)).isPresent();
        busy = changed ? at : busy;
        serving += !changed && Routing.serves(service, mate) ? 1 : 0;
      }
      if (busy != null && (disturbs || serving == 0)) {
        return "waits for card %s of service %s, which is being changed"
            .formatted(busy, service.name());
      }
    }
    return "";
  }

  private static boolean isChanged(Cabinet cabinet, @Nullable ApplyRun run, CardPosition at) {
    // Of the run in hand the draft knows only what it was before this pass.
    return cabinet.devices().record(at).busy()
        || (run != null && run.worksOn(at))
        || cabinet.devices().runs().values().stream()
            .anyMatch(r -> (run == null || !r.type().equals(run.type())) && r.worksOn(at));
  }

  private static boolean isUpdated(Cabinet cabinet, Card card) {
    return cabinet.updates().values().stream()
        .anyMatch(u -> u.worksOn(card.position()) && !ImageUpdateRules.isHeldUp(cabinet, u, card));
  }
}
