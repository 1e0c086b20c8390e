package io.cade.proxy.balance;

import org.jspecify.annotations.Nullable;

/** The one on which least runs now in proportion to its weight; equals in turn. Thread-safe. */
public final class LeastConnections implements BalancingAlgorithm {
  private static final long SCALE = 1 << 20;

  private @Nullable LoadTree former;

  @Override
  public synchronized BackendChooser chooser(Candidates candidates) {
    LoadTree made = new LoadTree(candidates, LeastConnections::load, former);
    former = made;
    return made;
  }

  static long load(Candidates candidates, int index, int more) {
    return (candidates.member(index).backend().running() + more) * SCALE / candidates.weight(index);
  }
}
