package io.cade.proxy.balance;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * One card in the service of one site: what this service has learnt about it and runs there. The
 * card's health, which all its services share, is the {@link Backend}'s. Lives on through route
 * changes as long as the service has the card. Thread-safe.
 */
public final class Member {
  /** Without any request a card could not show that it works; Envoy's least share too. */
  private static final double SMALLEST_RAMP = 0.1;

  private final String id;
  private final Backend backend;
  private final PeakEwma latency = new PeakEwma();
  private final OutlierState outlier = new OutlierState();
  private final AtomicInteger running = new AtomicInteger();
  // Guarded by the group's lock: only its rebuilding looks at them.
  private boolean wasUsable;
  private long usableSinceNanos;
  // A hint: whoever uses it checks it against the candidates.
  private volatile int slot;

  /**
   * @param id what names it in hashes: the same on all proxies
   */
  public Member(String id, Backend backend) {
    this.id = id;
    this.backend = backend;
  }

  public String id() {
    return id;
  }

  public Backend backend() {
    return backend;
  }

  PeakEwma latency() {
    return latency;
  }

  OutlierState outlier() {
    return outlier;
  }

  /** Requests of this service that run there now. */
  public int running() {
    return running.get();
  }

  int slot() {
    return slot;
  }

  void slot(int index) {
    slot = index;
  }

  /** Takes a place for a request. */
  boolean begin(int limit) {
    int most = outlier.onTrial() ? 1 : limit;
    if (running.incrementAndGet() > most) {
      running.decrementAndGet();
      return false;
    }
    backend.begun();
    return true;
  }

  void end() {
    running.decrementAndGet();
    backend.ended();
  }

  boolean hasRoom(int limit) {
    return running.get() < (outlier.onTrial() ? 1 : limit);
  }

  /**
   * How much of its weight the member has, as its slow start has come.
   *
   * @param first whether nobody was asked before: then all start alike and none is held back
   */
  double ramp(boolean usable, boolean first, long rampNanos, long nowNanos) {
    if (!usable) {
      wasUsable = false;
      return 0;
    }
    if (!wasUsable) {
      wasUsable = true;
      usableSinceNanos = first ? nowNanos - rampNanos : nowNanos;
    }
    long passed = nowNanos - usableSinceNanos;
    if (passed >= rampNanos) {
      return 1;
    }
    return Math.max(SMALLEST_RAMP, (double) passed / rampNanos);
  }

  @Override
  public String toString() {
    return id + "=" + backend;
  }
}
