package io.cade.engine.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.observe.Observations;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The engine's clock is set: nobody was silent for as long as it seems. */
final class ClockStepTest {
  private static final CardPosition AT = new CardPosition(1, 3);
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-21T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final TestWriter writer = new TestWriter(clock);
  private final Observations observations = new Observations();
  private final Queue<Runnable> passes = new ArrayDeque<>();
  private final ConductorRunner runner =
      new ConductorRunner(
          new Conductor(ConductorPolicy.of(Duration.ofSeconds(5), Duration.ofSeconds(90), 8000)),
          writer,
          observations,
          clock.instant(),
          scheduler(),
          _ -> {});

  /** Keeps what is to be run once. */
  private ScheduledExecutorService scheduler() {
    return (ScheduledExecutorService)
        Proxy.newProxyInstance(
            ClockStepTest.class.getClassLoader(),
            new Class<?>[] {ScheduledExecutorService.class},
            (_, method, arguments) -> {
              if (method.getName().equals("schedule")) {
                passes.add((Runnable) arguments[0]);
              }
              return null;
            });
  }

  private void pass(Duration later) {
    now.updateAndGet(t -> t.plus(later));
    runner.wake();
    passes.remove().run();
  }

  private void report() {
    observations.heard(new Report(AT, "boot", List.of(), List.of(), null), clock.instant());
  }

  private CardState state() {
    return writer.current().card(AT).orElseThrow().state();
  }

  private void boot() {
    MacAddress mac = new MacAddress("02:00:00:00:01:03");
    writer.given(
        new Change.CardSeated(AT, CardRole.SERVER, mac),
        new Change.CardStateChanged(AT, CardState.BOOTING, ""),
        new Change.CardEnrolled(AT, mac, "1f"),
        new Change.CardIntroduced(
            AT,
            CardRole.SERVER,
            "boot",
            new HardwareDescriptor("Cade", "blade", "S3", mac, 2, 1L << 30, List.of(), 60),
            new SoftwareDescriptor("0.1", "card", "1", "Linux")),
        new Change.CardStateChanged(AT, CardState.AVAILABLE, ""));
    report();
  }

  @Test
  void aDayForwardLosesNobodyAndSilenceIsStillNoticed() {
    boot();
    pass(Duration.ofSeconds(1));
    pass(Duration.ofDays(1));
    assertThat(state()).isEqualTo(CardState.AVAILABLE);
    for (int i = 0; i < 60 && state() == CardState.AVAILABLE; i++) {
      pass(Duration.ofSeconds(1));
    }
    assertThat(state()).as("it never spoke again").isEqualTo(CardState.FAILED);
  }

  @Test
  void aDayBackLosesNobodyAndSilenceIsStillNoticed() {
    boot();
    pass(Duration.ofSeconds(1));
    pass(Duration.ofDays(-1));
    for (int i = 0; i < 100; i++) {
      report();
      pass(Duration.ofSeconds(1));
    }
    assertThat(state()).isEqualTo(CardState.AVAILABLE);
    for (int i = 0; i < 60 && state() == CardState.AVAILABLE; i++) {
      pass(Duration.ofSeconds(1));
    }
    assertThat(state()).isEqualTo(CardState.FAILED);
  }

  @Test
  void anEngineThatWasStoppedDoesNotBlameItsCards() {
    boot();
    pass(Duration.ofSeconds(1));
    pass(Duration.ofMinutes(3));
    assertThat(state()).isEqualTo(CardState.AVAILABLE);
    report();
    pass(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo(CardState.AVAILABLE);
  }
}
