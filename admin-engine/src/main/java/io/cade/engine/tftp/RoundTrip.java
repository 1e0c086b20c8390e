package io.cade.engine.tftp;

/**
 * How long to wait for an acknowledgement, from round trips measured so far, as TCP does (RFC 6298
 * §2): smoothed time plus four times its variation, within bounds. Round trips of what was sent
 * twice are not to be given (Karn's rule), nobody knows which copy was answered. Not thread-safe.
 */
final class RoundTrip {
  /**
   * When 280 cards boot at once, queues make round trips grow from one to a hundred milliseconds
   * faster than an average follows.
   */
  static final long MIN_TIMEOUT_NANOS = 200_000_000;

  private final long firstTimeoutNanos;
  private final long maxTimeoutNanos;
  private long smoothedNanos = -1;
  private long variationNanos;
  private long quickestNanos = Long.MAX_VALUE;

  RoundTrip(long firstTimeoutNanos, long maxTimeoutNanos) {
    this.firstTimeoutNanos = firstTimeoutNanos;
    this.maxTimeoutNanos = maxTimeoutNanos;
  }

  void measured(long nanos) {
    quickestNanos = Math.min(quickestNanos, nanos);
    if (smoothedNanos < 0) {
      smoothedNanos = nanos;
      variationNanos = nanos / 2;
    } else {
      variationNanos = (3 * variationNanos + Math.abs(smoothedNanos - nanos)) / 4;
      smoothedNanos = (7 * smoothedNanos + nanos) / 8;
    }
  }

  /** Before the first measurement the configured one. */
  long timeoutNanos() {
    return smoothedNanos < 0
        ? firstTimeoutNanos
        : Math.clamp(
            smoothedNanos + 4 * variationNanos,
            MIN_TIMEOUT_NANOS,
            Math.max(MIN_TIMEOUT_NANOS, maxTimeoutNanos));
  }

  /** Whether an answer to what was sent that long ago is possible at all. */
  boolean canBeAnswered(long ageNanos) {
    return smoothedNanos >= 0 && ageNanos >= quickestNanos;
  }
}
