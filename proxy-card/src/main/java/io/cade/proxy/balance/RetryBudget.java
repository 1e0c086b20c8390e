package io.cade.proxy.balance;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps retries from multiplying the load when much fails at once: each request earns a part of a
 * retry, and {@code reserve} retries can be saved up, which is what a pulled card with that many
 * requests in flight needs. Without a saved retry the request fails as its first attempt did.
 * Thread-safe.
 */
public final class RetryBudget {
  private static final int STANDARD_PERCENT = 20;
  private static final int COST = 100;

  private final int percent;
  private final int full;
  private final AtomicInteger saved;

  /**
   * @param reserve retries that can be saved up; also what there is at the start
   * @param percent retries that 100 requests earn, 0 to 100; 0 for no retries at all
   */
  public RetryBudget(int reserve, int percent) {
    this.percent = percent;
    this.full = percent == 0 ? 0 : Math.multiplyExact(reserve, COST);
    this.saved = new AtomicInteger(full);
  }

  /** With 20 retries earned by 100 requests. */
  public RetryBudget(int reserve) {
    this(reserve, STANDARD_PERCENT);
  }

  /** A request arrived. */
  public void earn() {
    // Mostly full: then one read, no contended write.
    if (saved.get() < full) {
      saved.addAndGet(percent);
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
