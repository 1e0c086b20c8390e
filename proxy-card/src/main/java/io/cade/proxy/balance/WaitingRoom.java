package io.cade.proxy.balance;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a service's requests wait for a card that has room, in order of their arrival. How many
 * may, the policy says; how long, who waits sees to himself. Thread-safe.
 */
public final class WaitingRoom {
  private final ConcurrentLinkedDeque<Waiter> waiting = new ConcurrentLinkedDeque<>();
  private final AtomicInteger size = new AtomicInteger();

  /** A request that waits. */
  @FunctionalInterface
  public interface Waiter {
    /** There may be room now: to ask again. Called by any thread; must not block. */
    void called();
  }

  /** Whether nobody waits. */
  public boolean isEmpty() {
    return size.get() == 0;
  }

  public int size() {
    return size.get();
  }

  /**
   * Takes a place at the end.
   *
   * @return false when all places are taken
   */
  public boolean enter(Waiter waiter, int places) {
    if (size.incrementAndGet() > places) {
      size.decrementAndGet();
      return false;
    }
    waiting.addLast(waiter);
    return true;
  }

  /** Takes the first place again: it was called, but somebody else was faster. */
  public void enterAgain(Waiter waiter) {
    size.incrementAndGet();
    waiting.addFirst(waiter);
  }

  /** Does not wait any more; nothing happens if it was called already. */
  public void leave(Waiter waiter) {
    if (waiting.removeFirstOccurrence(waiter)) {
      size.decrementAndGet();
    }
  }

  /** Calls the one who has waited longest. */
  void callNext() {
    if (size.get() == 0) {
      return;
    }
    Waiter first = waiting.pollFirst();
    if (first != null) {
      size.decrementAndGet();
      first.called();
    }
  }
}
