package io.cade.engine.change;

import io.cade.engine.model.Change;
import java.time.Instant;
import java.util.List;

/**
 * One record of the log: the changes of one transaction.
 *
 * @param position ascending by one, starting at 1
 */
public record Commit(long position, Instant at, List<Change> changes) {
  public Commit {
    changes = List.copyOf(changes);
  }
}
