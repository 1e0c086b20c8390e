package io.cade.sim.system;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at another process's doings until they are as expected. Other processes have no latch to
 * wait for, so this looks again every {@link #PAUSE}; the limit is against hangs only.
 */
final class Patience {
  static final Duration PAUSE = Duration.ofMillis(100);

  private Patience() {}

  /** Empty when as expected, else what is there instead. */
  @FunctionalInterface
  interface Look {
    String missing() throws Exception;
  }

  /** Returns how long it took. */
  static Duration until(String what, Duration limit, Look look) throws Exception {
    long began = System.nanoTime();
    while (true) {
      String missing = look.missing();
      Duration passed = Duration.ofNanos(System.nanoTime() - began);
      if (missing.isEmpty()) {
        return passed;
      }
      if (passed.compareTo(limit) > 0) {
        throw new AssertionError(
            "not within " + limit.toSeconds() + " s: " + what + "; instead: " + missing);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
