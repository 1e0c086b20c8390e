package io.cade.proxy.balance;

/**
 * How long answers take, as an exponentially weighted moving average that follows a rise at once
 * and a fall slowly, so that a card which becomes slow is left at the first slow answer (Finagle,
 * "Peak EWMA" in its load balancer documentation; also linkerd2). All fields are guarded by this
 * object.
 */
public final class PeakEwma {
  /** Time after which a sample's weight has fallen to 1/e; Finagle's default. */
  private static final double DECAY_NANOS = 10e9;

  /** What a card without any sample but with running requests is taken for, ns: very slow. */
  private static final double PENALTY_NANOS = 1e12;

  private double nanos;
  private long stampNanos;
  private boolean sampled;

  /** An answer took so long. */
  public synchronized void sample(long latencyNanos, long nowNanos) {
    double sample = Math.max(0, latencyNanos);
    if (!sampled || sample > nanos) {
      nanos = sample;
    } else {
      double former = former(nowNanos);
      nanos = nanos * former + sample * (1 - former);
    }
    sampled = true;
    stampNanos = nowNanos;
  }

  /** Share that the former samples still have. */
  private double former(long nowNanos) {
    return Math.exp(-Math.max(0, nowNanos - stampNanos) / DECAY_NANOS);
  }

  /**
   * What one more request would cost, ns. A card that is not asked any more is slowly believed to
   * have become fast again, or it would never be asked.
   *
   * @param running requests that run there now
   */
  public synchronized double cost(int running, long nowNanos) {
    if (!sampled) {
      return running == 0 ? 0 : PENALTY_NANOS + running;
    }
    return nanos * former(nowNanos) * (running + 1);
  }
}
