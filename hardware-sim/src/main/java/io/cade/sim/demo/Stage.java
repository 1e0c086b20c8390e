package io.cade.sim.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Waits for one thing after another, each for a limited time. Used by one thread. */
final class Stage {
  private static final Duration STEP = Duration.ofMillis(100);

  /** Sleeps. */
  @FunctionalInterface
  interface Pause {
    void pause(Duration time) throws InterruptedException;
  }

  /** Looks once. */
  @FunctionalInterface
  interface Look {
    /**
     * @return what is still missing; empty when nothing is
     * @throws IOException when nobody answers, which may change
     * @throws DemoFailure when waiting is of no use
     */
    String missing() throws IOException, InterruptedException, DemoFailure;
  }

  private final Duration limit;
  private final LongSupplier nanoTime;
  private final Pause pause;

  Stage(Duration limit, LongSupplier nanoTime, Pause pause) {
    this.limit = limit;
    this.nanoTime = nanoTime;
    this.pause = pause;
  }

  Duration limit() {
    return limit;
  }

  /**
   * @param what is waited for
   * @param log where one may read why it does not come
   */
  void await(String what, Path log, Look look) throws InterruptedException, DemoFailure {
    long began = nanoTime.getAsLong();
    while (true) {
      String missing;
      try {
        missing = look.missing();
      } catch (IOException e) {
        missing = String.valueOf(e.getMessage());
      }
      if (missing.isEmpty()) {
        return;
      }
      if (nanoTime.getAsLong() - began > limit.toNanos()) {
        throw new DemoFailure(
            DemoFailure.FAILED,
            what + " did not come within " + limit.toSeconds() + " s: " + missing + "; see " + log);
      }
      pause.pause(STEP);
    }
  }
}
