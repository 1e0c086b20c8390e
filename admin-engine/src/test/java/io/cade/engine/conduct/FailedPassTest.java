package io.cade.engine.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ServiceStatus;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.CommandQueue;
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

/** A pass that fails is counted, and those that follow go on when its cause is gone. */
final class FailedPassTest {
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

  private ScheduledExecutorService scheduler() {
    return (ScheduledExecutorService)
        Proxy.newProxyInstance(
            FailedPassTest.class.getClassLoader(),
            new Class<?>[] {ScheduledExecutorService.class},
            (_, method, arguments) -> {
              if (method.getName().equals("schedule")) {
                passes.add((Runnable) arguments[0]);
              }
              return null;
            });
  }

  private void pass() {
    now.updateAndGet(t -> t.plusSeconds(1));
    ServiceStatus stranger =
        new ServiceStatus("gone", ServiceStatus.State.RUNNING, "sha256:gone", "");
    observations.heard(new Report(AT, "boot", List.of(stranger), List.of(), null), clock.instant());
    runner.wake();
    passes.remove().run();
  }

  @Test
  void passesThatFailForTheSameReasonAreCountedUntilOneComesThrough() {
    MacAddress mac = new MacAddress("02:00:00:00:01:03");
    writer.given(
        new Change.CardSeated(AT, CardRole.SERVER, mac),
        new Change.CardStateChanged(AT, CardState.BOOTING, ""),
        new Change.CardIntroduced(
            AT,
            CardRole.SERVER,
            "boot",
            new HardwareDescriptor("Cade", "blade", "S3", mac, 2, 1L << 30, List.of(), 60),
            new SoftwareDescriptor("0.1", "card", "1", "Linux")),
        new Change.CardStateChanged(AT, CardState.AVAILABLE, ""));
    // More than people can order: the engine's own order has no room either.
    for (long id = 1; id <= CommandQueue.MAX_COMMANDS; id++) {
      writer.given(new Change.CommandQueued(AT, new Command.Ping(id)));
    }
    for (int i = 0; i < 3; i++) {
      pass();
    }
    assertThat(runner.failedInARow()).isEqualTo(3);
    writer.given(new Change.CommandFinished(AT, 1, true, ""));
    pass();
    assertThat(runner.failedInARow()).isZero();
    assertThat(writer.changes(Change.CommandQueued.class).getLast().command())
        .isInstanceOf(Command.RemoveService.class);
  }
}
