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
   * Whether a card may be changed while others are. When what serves may stop for a moment, only
   * one card of a service at a time; else never all that serve.
   *
   * @param run with cards that it works on, which count as being changed
   */
  boolean mayStart(Cabinet cabinet, @Nullable ApplyRun run, Card card, boolean disturbs) {
    for (Service service : byCard.getOrDefault(card.position(), List.of())) {
      if (service.rollout().filter(r -> r.worksOn(card.position())).isPresent()) {
        return false;
      }
      int busy = 0;
      int serving = 0;
      for (Placement placement : service.placements()) {
        CardPosition at = placement.position();
        Card mate = cabinet.cards().get(at);
        if (mate == null || at.equals(card.position())) {
          continue;
        }
        boolean changed = cabinet.devices().record(at).busy() || worksOn(run, at);
        busy += changed ? 1 : 0;
        serving += !changed && Routing.serves(service, mate) ? 1 : 0;
      }
      if (busy > 0 && (disturbs || serving == 0)) {
        return false;
      }
    }
    return true;
  }

  private static boolean worksOn(@Nullable ApplyRun run, CardPosition at) {
    return run != null
        && run.card(at)
            .filter(c ->
                c.progress() == ApplyRun.Progress.WORKING
                    || c.progress() == ApplyRun.Progress.RETURNING)
            .isPresent();
  }
}
