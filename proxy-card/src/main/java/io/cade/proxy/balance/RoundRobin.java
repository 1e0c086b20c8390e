package io.cade.proxy.balance;

/** Each in turn; only a slow start gives a card fewer turns than the others. Thread-safe. */
public final class RoundRobin implements BalancingAlgorithm {
  private final SmoothWeighted turns = new SmoothWeighted();

  @Override
  public BackendChooser chooser(Candidates candidates) {
    return turns.chooser(candidates);
  }
}
