package io.cade.proxy.balance;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings proposals and permissions together. Stateless. */
public final class BackendChooser {
  private BackendChooser() {}

  /**
   * The first proposed back end that is permitted and was not tried before.
   *
   * @param tried what this request has already met an error at
   * @return null when there is none
   */
  public static @Nullable Backend choose(
      BalancingAlgorithm algorithm, List<Backend> backends, Collection<Backend> tried) {
    int size = backends.size();
    if (size == 0) {
      return null;
    }
    long ticket = algorithm.begin();
    // One turn more than there are back ends: an algorithm's favourite may come again in its round.
    for (int turn = 0; turn <= size; turn++) {
      Backend proposed = algorithm.propose(backends, ticket, turn);
      if (proposed.health().permits() && !tried.contains(proposed)) {
        return proposed;
      }
    }
    return null;
  }
}
