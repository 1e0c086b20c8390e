package io.cade.proxy.balance;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Each in turn. Thread-safe. */
public final class RoundRobin implements BalancingAlgorithm {
  private final AtomicInteger next = new AtomicInteger();

  @Override
  public long begin() {
    return next.getAndIncrement() & 0x7fff_ffffL;
  }

  @Override
  public Backend propose(List<Backend> backends, long ticket, int turn) {
    return backends.get((int) ((ticket + turn) % backends.size()));
  }
}
