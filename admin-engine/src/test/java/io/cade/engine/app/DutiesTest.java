package io.cade.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DutiesTest {
  @Test
  void aDutyHasItsNextTurnWhateverItThrows() throws Exception {
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      CountDownLatch turns = new CountDownLatch(4);
      Duties.every(
          timer,
          Duration.ofMillis(1),
          () -> {
            turns.countDown();
            switch ((int) turns.getCount()) {
              case 3 -> throw new IOException("a failure");
              case 2 -> throw new IllegalStateException("a mistake");
              case 1 -> throw new StackOverflowError("an error");
              default -> {}
            }
          });
      assertThat(turns.await(10, TimeUnit.SECONDS)).isTrue();
      timer.shutdownNow();
    }
  }
}
