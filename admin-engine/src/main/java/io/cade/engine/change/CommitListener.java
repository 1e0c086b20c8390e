package io.cade.engine.change;

import io.cade.engine.model.Cabinet;
import java.util.List;

/** Hears of durable changes. */
@FunctionalInterface
public interface CommitListener {
  /**
   * @param commits in order of position
   * @param after the state with all of them applied
   */
  void committed(List<Commit> commits, Cabinet after);
}
