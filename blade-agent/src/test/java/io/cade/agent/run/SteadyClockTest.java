package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class SteadyClockTest {
  @Test
  void clockThatIsSetByADayMovesNoReport() {
    Instant begin = Instant.parse("2026-01-01T00:00:00Z");
    AtomicReference<Instant> wall = new AtomicReference<>(begin);
    AtomicLong nanos = new AtomicLong(17);
    SteadyClock clock = new SteadyClock(wall::get, nanos::get);
    assertThat(clock.instant()).isEqualTo(begin);
    wall.set(begin.minus(Duration.ofDays(1)));
    nanos.addAndGet(Duration.ofSeconds(5).toNanos());
    assertThat(clock.instant()).isEqualTo(begin.plusSeconds(5));
    wall.set(begin.plus(Duration.ofDays(1)));
    assertThat(clock.instant()).isEqualTo(begin.plusSeconds(5));
  }
}
