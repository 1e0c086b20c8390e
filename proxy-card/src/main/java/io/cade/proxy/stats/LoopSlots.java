package io.cade.proxy.stats;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Numbers the threads that count, in the order in which they first do: in a proxy, its event loops.
 * Thread-safe.
 */
final class LoopSlots {
  private final AtomicInteger next = new AtomicInteger();
  private final FastThreadLocal<Integer> slot =
      new FastThreadLocal<>() {
        @Override
        protected Integer initialValue() {
          return next.getAndIncrement();
        }
      };

  int current() {
    return slot.get();
  }
}
