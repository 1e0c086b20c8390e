package io.cade.proxy.balance;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps retries from multiplying the load when much fails at once: each request earns a fifth of a
 * retry, and {@code reserve} retries can be saved up, which is what a pulled card with that many
 * requests in flight needs. Without a saved retry the request fails as its first attempt did.
 * Thread-safe.
 */
public final class RetryBudget {
  private static final int COST = 5;

  private final int full;
  private final AtomicInteger saved;

  /**
   * @param reserve retries that can be saved up; also what there is at the start
   */
  public RetryBudget(int reserve) {
    this.full = Math.multiplyExact(reserve, COST);
    this.saved = new AtomicInteger(full);
  }

  /** A request arrived. */
  public void earn() {
    // Mostly full: then one read, no contended write.
    if (saved.get() < full) {
      saved.incrementAndGet();
    }
  }

  /** Takes one retry if there is one. */
  public boolean spend() {
    if (saved.addAndGet(-COST) < 0) {
      saved.addAndGet(COST);
      return false;
    }
    return true;
  }
}
