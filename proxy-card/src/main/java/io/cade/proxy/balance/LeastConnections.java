package io.cade.proxy.balance;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one on which least runs now; equals in turn. Its later turns go round from the favourite, so
 * that each back end is proposed once whatever the loads do meanwhile. Thread-safe.
 */
public final class LeastConnections implements BalancingAlgorithm {
  private final AtomicInteger next = new AtomicInteger();

  @Override
  public long begin() {
    return next.getAndIncrement() & 0x7fff_ffffL;
  }

  @Override
  public Backend propose(List<Backend> backends, long ticket, int turn) {
    int size = backends.size();
    int start = (int) (ticket % size);
    if (turn > 0) {
      return backends.get((start + turn - 1) % size);
    }
    Backend best = backends.get(start);
    int load = best.health().permits() ? best.running() : Integer.MAX_VALUE;
    for (int i = 1; i < size; i++) {
      Backend other = backends.get((start + i) % size);
      int otherLoad = other.health().permits() ? other.running() : Integer.MAX_VALUE;
      if (otherLoad < load) {
        best = other;
        load = otherLoad;
      }
    }
    return best;
  }
}
