package io.cade.proxy.route;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Doubles from 100 ms to 5 s, each time with up to a half taken off. Owned by one thread. */
final class Backoff {
  private static final long FIRST_MILLIS = 100;
  private static final long LAST_MILLIS = 5_000;

  private final RandomGenerator random;
  private long nextMillis = FIRST_MILLIS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  void succeeded() {
    nextMillis = FIRST_MILLIS;
  }

  /** How long to wait before the next attempt. */
  Duration failed() {
    long base = nextMillis;
    nextMillis = Math.min(LAST_MILLIS, base * 2);
    return Duration.ofMillis(base - random.nextLong(base / 2));
  }
}
