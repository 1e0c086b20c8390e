package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Setting;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Drain;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When visitors may be sent to a card: the one place that says so (SPEC A4 phase 5, P6). */
public final class Routing {
  private Routing() {}

  /** Whether an operator lets no visitors in. */
  public static boolean isStopped(Service service) {
    return service.settings().is(Setting.SERVING, "off");
  }

  /**
   * Until when visitors who are bound to the card may come; nobody else may. Null while it is open
   * to all. What has not answered the engine yet has no visitors at all.
   */
  public static @Nullable Instant drainedUntil(Cabinet cabinet, Service service, Card card) {
    CardPosition at = card.position();
    boolean untried =
        service.rollout().filter(r -> r.keepsVisitorsFrom(at)).isPresent()
            || cabinet.updates().values().stream().anyMatch(u -> u.keepsVisitorsFrom(at));
    Drain drain = card.drain();
    return untried ? Instant.EPOCH : drain == null ? null : drain.until();
  }

  /**
   * Whether the service answers on this boot of the card. A route to a card that is not alive or
   * has restarted since would point to nothing.
   */
  public static boolean serves(Service service, Card card) {
    return card.state().isAlive()
        && service
            .on(card.position())
            .filter(p -> p.state() == Placement.State.RUNNING)
            .filter(p -> p.bootId().equals(card.bootId()))
            .isPresent();
  }
}
