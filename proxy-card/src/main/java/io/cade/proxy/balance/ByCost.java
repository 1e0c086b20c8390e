package io.cade.proxy.balance;

import org.jspecify.annotations.Nullable;

/**
 * The cheapest that is not full; of equally cheap ones that with the least load for its weight. A
 * card is full for this purpose with a set number of running requests; when all are, load alone
 * decides. Thread-safe.
 */
public final class ByCost implements BalancingAlgorithm {
  private static final int COST_SHIFT = 40;
  private static final long ALL_FULL = 1L << 61;

  private final int full;
  private @Nullable LoadTree former;

  /**
   * @param full running requests of a card with which the next dearer one is used
   */
  public ByCost(int full) {
    this.full = full;
  }

  @Override
  public synchronized BackendChooser chooser(Candidates candidates) {
    LoadTree made = new LoadTree(candidates, this::load, former);
    former = made;
    return made;
  }

  private long load(Candidates candidates, int index, int more) {
    long load = LeastConnections.load(candidates, index, more);
    return candidates.member(index).backend().running() + more >= full
        ? ALL_FULL + load
        : ((long) candidates.cost(index) << COST_SHIFT) + Math.min(load, (1L << COST_SHIFT) - 1);
  }
}
