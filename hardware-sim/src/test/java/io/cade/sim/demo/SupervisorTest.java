package io.cade.sim.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, small ones; the supervisor's time stands still until the test moves it. */
@Timeout(60)
class SupervisorTest {
  private static final String RUNS = "echo READY; exec cat >/dev/null";

  @TempDir Path folder;

  private final TestTurn turn = new TestTurn();
  private final List<String> said = new ArrayList<>();
  private final Deque<String> scripts = new ArrayDeque<>();
  private final List<Child> started = new ArrayList<>();
  private Map<Role, Long> pids = Map.of();
  private final Supervisor supervisor =
      new Supervisor(
          role -> start(),
          turn,
          role -> folder.resolve(role.label() + ".log"),
          new Supervisor.Listener() {
            @Override
            public void say(String line) {
              said.add(line);
            }

            @Override
            public void running(Map<Role, Long> now) {
              pids = now;
            }
          });

  /** Turns are taken by the test's thread, when it asks; time moves only by {@link #advance}. */
  private static final class TestTurn implements Turn {
    private record Later(long nanos, long order, Runnable work) {}

    private final LinkedBlockingQueue<Runnable> now = new LinkedBlockingQueue<>();
    private final PriorityQueue<Later> later =
        new PriorityQueue<>(
            java.util.Comparator.comparingLong(Later::nanos).thenComparingLong(Later::order));
    private long nanos;
    private long order;

    @Override
    public void run(Runnable work) {
      now.add(work);
    }

    @Override
    public void after(Duration pause, Runnable work) {
      later.add(new Later(nanos + pause.toNanos(), order++, work));
    }

    @Override
    public long nanoTime() {
      return nanos;
    }

    void until(BooleanSupplier condition) throws InterruptedException {
      while (!condition.getAsBoolean()) {
        Runnable work = now.poll(30, TimeUnit.SECONDS);
        assertThat(work).as("a turn that brings about what is awaited").isNotNull();
        work.run();
      }
    }

    void advance(Duration time) {
      long end = nanos + time.toNanos();
      while (!later.isEmpty() && later.element().nanos() <= end) {
        Later next = later.remove();
        nanos = next.nanos();
        next.work().run();
      }
      nanos = end;
    }
  }

  private Child start() throws IOException {
    String script = scripts.size() > 1 ? scripts.remove() : scripts.element();
    Child child =
        Children.start(
            List.of("/bin/sh", "-c", script),
            folder.resolve("child.log"),
            String.valueOf(System.getProperty("java.home")));
    started.add(child);
    return child;
  }

  @AfterEach
  void killAll() {
    started.forEach(Child::kill);
  }

  private Child last() {
    return started.getLast();
  }

  private void untilStarted(int count) throws InterruptedException {
    turn.until(() -> started.size() == count);
  }

  private void untilReady(CompletableFuture<Void> ready) throws InterruptedException {
    turn.until(ready::isDone);
    assertThat(ready).isCompleted();
  }

  private void untilGone(int count) throws InterruptedException {
    turn.until(() -> started.size() == count && pids.isEmpty());
  }

  @Test
  void aKilledProcessIsStartedAgainAfterASecond() throws Exception {
    scripts.add(RUNS);
    untilReady(supervisor.start(Role.PROXY_4));
    long first = last().pid();
    assertThat(pids).isEqualTo(Map.of(Role.PROXY_4, first));
    turn.advance(Duration.ofMinutes(1));

    last().kill();
    untilGone(1);
    turn.advance(Duration.ofMillis(999));
    assertThat(started).hasSize(1);
    turn.advance(Duration.ofMillis(1));

    assertThat(started).hasSize(2);
    assertThat(pids).isEqualTo(Map.of(Role.PROXY_4, last().pid()));
    assertThat(said)
        .containsExactly(
            "proxy-4 (pid " + first + ") ended by signal 9; started again as pid " + last().pid());
    turn.until(() -> said.size() == 2);
    assertThat(said.getLast()).isEqualTo("proxy-4 is ready again (pid " + last().pid() + ")");
  }

  @Test
  void quickDeathsMakeThePausesGrowAndALongLifeMakesThemShortAgain() throws Exception {
    scripts.addAll(List.of(RUNS, "echo out of luck; exit 1", "exit 1", RUNS));
    untilReady(supervisor.start(Role.SIM));
    turn.advance(Duration.ofMinutes(1));
    last().kill();
    untilGone(1);
    turn.advance(Duration.ofSeconds(1));
    untilGone(2);
    turn.advance(Duration.ofSeconds(1));
    untilGone(3);
    turn.advance(Duration.ofMillis(1999));
    assertThat(started).hasSize(3);
    assertThat(said).anyMatch(line -> line.contains("last saying: out of luck"));
    assertThat(said.getLast())
        .contains("ended with 1, time and again; tried again in 2 s")
        .endsWith("sim.log");
    turn.advance(Duration.ofMillis(1));
    assertThat(started).hasSize(4);

    turn.until(() -> said.getLast().contains("ready again"));
    turn.advance(Supervisor.SHORT_LIFE);
    last().kill();
    untilGone(4);
    turn.advance(Duration.ofSeconds(1));
    assertThat(started).hasSize(5);
  }

  @Test
  void pausesGrowToThirtySeconds() {
    assertThat(List.of(0, 1, 2, 3, 4, 5, 6, 1000).stream().map(Supervisor::pause))
        .extracting(Duration::toSeconds)
        .containsExactly(1L, 1L, 2L, 4L, 8L, 16L, 30L, 30L);
  }

  @Test
  void aProcessThatIsNeverReadyIsGivenUpWithItsLastWord() throws Exception {
    scripts.add("echo no luck; exit 1");
    CompletableFuture<Void> ready = supervisor.start(Role.ENGINE);
    untilStarted(1);
    for (int i = 1; i < Supervisor.MAX_STILLBIRTHS; i++) {
      untilGone(i);
      turn.advance(Supervisor.pause(i));
    }
    turn.until(ready::isDone);
    assertThat(ready)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(DemoFailure.class)
        .withMessageContaining("ended with 1, last saying: no luck")
        .withMessageContaining("engine.log");
    turn.advance(Duration.ofMinutes(5));
    assertThat(started).hasSize(Supervisor.MAX_STILLBIRTHS);
  }

  @Test
  void aWrongConfigurationIsGivenUpAtOnce() throws Exception {
    scripts.add("echo bad file; exit 2");
    CompletableFuture<Void> ready = supervisor.start(Role.ENGINE);
    turn.until(ready::isDone);
    assertThat(ready).isCompletedExceptionally();
    assertThat(started).hasSize(1);
  }

  @Test
  void anotherEngineIsLeftAloneAndOursTriedEveryTwoSeconds() throws Exception {
    scripts.addAll(List.of(RUNS, "echo in use; exit 5", "exit 5", "exit 5", RUNS));
    untilReady(supervisor.start(Role.ENGINE));
    last().kill();
    untilGone(1);
    turn.advance(Duration.ofSeconds(1));
    int before = said.size();
    turn.until(() -> said.size() == before + 1);
    assertThat(said.getLast()).contains("in use").contains("left alone").contains("every 2 s");
    for (int count = 3; count <= 5; count++) {
      turn.advance(Duration.ofMillis(1999));
      assertThat(started).hasSize(count - 1);
      turn.advance(Duration.ofMillis(1));
      assertThat(started).hasSize(count);
      assertThat(said).hasSize(before + 1);
      if (count < 5) {
        var exit = last().exit();
        exit.join();
        turn.until(() -> !turn.later.isEmpty());
      }
    }
    turn.until(() -> said.size() == before + 2);
    assertThat(said.getLast()).startsWith("engine is ready again");
    assertThat(pids).containsEntry(Role.ENGINE, last().pid());
  }

  @Test
  void stoppingEndsAllByTheirInputAndStartsNoneAgain() throws Exception {
    scripts.add(RUNS);
    untilReady(supervisor.start(Role.ENGINE));
    untilReady(supervisor.start(Role.SIM));
    CompletableFuture<Void> stopped = supervisor.stop(Duration.ofSeconds(9));
    turn.until(stopped::isDone);
    assertThat(started).allSatisfy(child -> assertThat(child.exit().join()).isZero());
    turn.advance(Duration.ofMinutes(1));
    assertThat(started).hasSize(2);
    assertThat(said).isEmpty();
  }

  @Test
  void whoIgnoresItsInputGetsASignalAndWhoIgnoresThatIsKilled() throws Exception {
    scripts.addAll(
        List.of("echo READY; exec sleep 1000", "trap '' TERM; echo READY; exec sleep 1000", RUNS));
    untilReady(supervisor.start(Role.BALANCER));
    untilReady(supervisor.start(Role.SIM));
    CompletableFuture<Void> stopped = supervisor.stop(Duration.ofSeconds(9));
    turn.until(() -> turn.later.size() == 2);
    turn.advance(Supervisor.INPUT_TIME);
    assertThat(started.getFirst().exit().join()).isEqualTo(128 + 15);
    assertThat(stopped).isNotDone();
    turn.advance(Duration.ofSeconds(6));
    assertThat(started.getLast().exit().join()).isEqualTo(128 + 9);
    turn.until(stopped::isDone);
  }

  @Test
  void aDeathBeforeTheStopIsNotMendedDuringIt() throws Exception {
    scripts.add(RUNS);
    untilReady(supervisor.start(Role.PROXY_5));
    last().kill();
    untilGone(1);
    CompletableFuture<Void> stopped = supervisor.stop(Duration.ofSeconds(9));
    turn.until(stopped::isDone);
    turn.advance(Duration.ofMinutes(1));
    assertThat(started).hasSize(1);
    assertThat(said).isEmpty();
  }

  @Test
  void whatAProcessSaysIsKeptInItsLogForTheOwnerOnly() throws Exception {
    scripts.add("echo one; echo two >&2; echo READY now");
    var ready = supervisor.start(Role.SIM);
    turn.until(ready::isDone);
    last().exit().join();
    assertThat(folder.resolve("child.log")).hasContent("one\ntwo\nREADY now\n");
    assertThat(Files.getPosixFilePermissions(folder.resolve("child.log"))).hasSize(2);
  }
}
