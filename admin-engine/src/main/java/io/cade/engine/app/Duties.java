package io.cade.engine.app;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the engine does again and again, whatever happens to it. */
final class Duties {
  private static final Logger LOG = LoggerFactory.getLogger(Duties.class);

  private Duties() {}

  /** Something that may fail and is tried again at its next turn. */
  @FunctionalInterface
  interface Duty {
    void run() throws Exception;
  }

  static void every(ScheduledExecutorService timer, Duration period, Duty duty) {
    var _ =
        timer.scheduleWithFixedDelay(
            () -> {
              try {
                duty.run();
              } catch (Throwable e) {
                // Whatever left this task would end all its further turns without a word.
                LOG.warn("a regular duty failed and is tried again", e);
              }
            },
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }
}
