package io.cade.proxy.balance;

/**
 * Chooses among candidates that are all permitted (see {@link Candidates}): the one seam of every
 * balancing decision. Makes nothing on the heap and takes O(1) or O(log n) while the question
 * permits the favourite, O(n) when it does not. Thread-safe; pure but for its own turn and for the
 * loads that it reads.
 */
public interface BackendChooser {
  /** When no candidate is permitted by the question. */
  int NONE = -1;

  /**
   * @return index of the candidate, or {@link #NONE} when the question permits none
   */
  int choose(Question question);

  /** The load of a candidate has changed through this service. */
  default void changed(int index) {}
}
