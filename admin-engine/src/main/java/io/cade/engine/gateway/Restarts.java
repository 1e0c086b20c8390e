package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.util.List;

/**
 * When a restart that was ordered has been made (SPEC R3). An agent whose card keeps nothing over a
 * restart cannot say so afterwards, and would be told to restart for ever: its new boot is the
 * answer. Pure.
 */
public final class Restarts {
  private Restarts() {}

  /**
   * The ends of all orders to restart, for the transaction in which a new boot introduces itself.
   */
  public static List<Change> made(Cabinet cabinet, CardPosition at) {
    return cabinet.queue(at).waiting().stream()
        .filter(Command.Reboot.class::isInstance)
        .<Change>map(c -> new Change.CommandFinished(at, c.id(), true, "restarted"))
        .toList();
  }
}
