package io.cade.engine.conduct;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Move;
import io.cade.engine.model.Service;
import java.time.Instant;
import java.util.List;

/** What operators' actions on moves need of the conductor's rules. Pure. */
public final class Moves {
  private Moves() {}

  /** What it takes to begin a move; it then goes on of its own accord. */
  public static List<Change> begin(Service service, Move move) {
    return MoveRules.begin(service, move);
  }

  /** What it takes to undo the service's move, if one is under way. */
  public static List<Change> cancel(Cabinet cabinet, Service service, String by, Instant now) {
    return MoveRules.cancel(cabinet, service, by, now);
  }
}
