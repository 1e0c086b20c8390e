package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.RouteSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RouteWaitersTest {
  private static final CardPosition P = new CardPosition(0, 4);
  private static final CardPosition Q = new CardPosition(0, 5);

  private final AtomicReference<RouteSnapshot> source =
      new AtomicReference<>(new RouteSnapshot(5, List.of()));
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final RouteWaiters waiters = new RouteWaiters(source::get, scheduler);

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void newerRoutesAreAnsweredAtOnce() {
    assertThat(waiters.newerThan(P, 4, Duration.ofSeconds(9)).join()).hasValue(source.get());
    assertThat(waiters.size()).isZero();
  }

  @Test
  void onePollACardWaits() {
    var first = waiters.newerThan(P, 5, Duration.ofSeconds(9));
    var second = waiters.newerThan(P, 5, Duration.ofSeconds(9));
    var other = waiters.newerThan(Q, 5, Duration.ofSeconds(9));

    assertThat(first.join()).isEmpty();
    assertThat(waiters.size()).isEqualTo(2);
    source.set(new RouteSnapshot(6, List.of()));
    waiters.changed();
    assertThat(second.join()).hasValue(source.get());
    assertThat(other.join()).hasValue(source.get());
    assertThat(waiters.size()).isZero();
  }

  @Test
  void noNewsIsToldWhenTheTimeIsUp() {
    assertThat(waiters.newerThan(P, 5, Duration.ofMillis(20)).join()).isEmpty();
    assertThat(waiters.size()).isZero();
  }
}
