package io.cade.proxy.balance;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A member's circuit breaker: closed, open for a time that grows (ejected), then half open, with
 * one request on trial whose outcome closes or opens it. Counting is lock-free; changes of state
 * are guarded by this object.
 */
final class OutlierState {
  /** Ejections after which the time has long reached any limit. */
  private static final int MOST_DOUBLINGS = 20;

  enum Breaker {
    CLOSED,
    OPEN,
    TRIAL
  }

  private final AtomicInteger failuresInARow = new AtomicInteger();
  private final AtomicInteger good = new AtomicInteger();
  private final AtomicInteger bad = new AtomicInteger();
  private volatile Breaker breaker = Breaker.CLOSED;
  private volatile String cause = "";
  private long openUntilNanos;
  private int ejections;
  private long closedSinceNanos;

  Breaker breaker() {
    return breaker;
  }

  boolean onTrial() {
    return breaker == Breaker.TRIAL;
  }

  /** Why it is not closed; empty while it is. */
  String cause() {
    return cause;
  }

  /** Counts a good answer. */
  void succeeded() {
    good.incrementAndGet();
    if (failuresInARow.get() != 0) {
      failuresInARow.set(0);
    }
  }

  /** Counts a bad one; how many there were in a row. */
  int failed() {
    bad.incrementAndGet();
    return failuresInARow.incrementAndGet();
  }

  /** Good and bad answers since the last call: good in the high half, bad in the low. */
  long takeCounts() {
    return ((long) good.getAndSet(0) << 32) | bad.getAndSet(0);
  }

  /** Opens it. */
  synchronized void open(OutlierPolicy policy, String why, long nowNanos) {
    if (breaker == Breaker.OPEN) {
      return;
    }
    long base = policy.ejection().toNanos();
    // A long good time makes up for earlier ejections.
    if (breaker == Breaker.CLOSED && ejections > 0) {
      long forgiven = (nowNanos - closedSinceNanos) / Math.max(1, 10 * base);
      ejections = (int) Math.max(0, ejections - forgiven);
    }
    long time = policy.longestEjection().toNanos();
    if (base <= time >> Math.min(ejections, MOST_DOUBLINGS)) {
      time = base << Math.min(ejections, MOST_DOUBLINGS);
    }
    ejections++;
    openUntilNanos = nowNanos + time;
    failuresInARow.set(0);
    cause = why;
    breaker = Breaker.OPEN;
  }

  /** Half-opens it when its time has come. */
  synchronized void look(long nowNanos) {
    if (breaker == Breaker.OPEN && nowNanos - openUntilNanos >= 0) {
      breaker = Breaker.TRIAL;
      cause = "on trial after: " + cause;
    }
  }

  /** Closes it after a good trial. */
  synchronized boolean close(long nowNanos) {
    if (breaker != Breaker.TRIAL) {
      return false;
    }
    closedSinceNanos = nowNanos;
    cause = "";
    breaker = Breaker.CLOSED;
    return true;
  }

  /** When {@link #look} is worth a call again. */
  synchronized long openUntilNanos() {
    return openUntilNanos;
  }
}
