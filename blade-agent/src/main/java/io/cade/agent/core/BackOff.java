package io.cade.agent.core;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits that double from failure to failure, each shortened at random by up to half, so that a
 * cabinet of agents does not come back in step. Owned by the core.
 */
final class BackOff {
  private final Duration min;
  private final Duration max;
  private final RandomGenerator random;
  private int failures;

  BackOff(Duration min, Duration max, RandomGenerator random) {
    this.min = min;
    this.max = max;
    this.random = random;
  }

  /** The wait after one more failure. */
  Duration next() {
    long doubled = min.toMillis() << Math.min(failures, 20);
    failures++;
    long ceiling = Math.max(2, Math.min(doubled, max.toMillis()));
    return Duration.ofMillis(ceiling / 2 + random.nextLong(ceiling / 2 + 1));
  }

  void reset() {
    failures = 0;
  }
}
