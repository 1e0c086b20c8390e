package io.cade.engine.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Severity;
import io.cade.engine.observe.ReceiverStandings;
import io.cade.engine.store.EngineState;
import io.cade.mib.AlarmNotification;
import io.cade.mib.snmp.Delivery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real log, real store; receivers of the test's own. */
@Timeout(120)
final class NotificationPumpTest {
  @TempDir private Path directory;
  private EngineState state;
  private ScheduledExecutorService timer;
  private final ReceiverStandings standings = new ReceiverStandings();

  @BeforeEach
  void open() throws IOException {
    state = EngineState.open(directory, InstantSource.system());
    timer = Executors.newSingleThreadScheduledExecutor();
  }

  @AfterEach
  void close() throws IOException {
    timer.shutdownNow();
    state.close();
  }

  /** Takes what it gets, or is away. */
  private static final class Noc {
    final ConcurrentLinkedQueue<Long> got = new ConcurrentLinkedQueue<>();
    final AtomicInteger underWay = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    volatile boolean away;
    final CountDownLatch enough;

    Noc(int enough) {
      this.enough = new CountDownLatch(enough);
    }

    CompletionStage<Delivery> take(AlarmNotification n) {
      if (n.kind() == AlarmNotification.Kind.HEARTBEAT) {
        return CompletableFuture.completedFuture(new Delivery.Acknowledged());
      }
      most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      return CompletableFuture.supplyAsync(() -> {
        underWay.decrementAndGet();
        if (away) {
          return new Delivery.Failed("away");
        }
        got.add(n.sequence());
        enough.countDown();
        return new Delivery.Acknowledged();
      });
    }

    NotificationPump.Receiver named(String name, int window, @Nullable Severity atLeast) {
      return new NotificationPump.Receiver(name, this::take, window, atLeast, false);
    }
  }

  private static AlarmKey key(int number) {
    return new AlarmKey(AlarmType.CARD_LOST, "card " + number);
  }

  /** Raises alarms, a thousand in one change. */
  private void storm(int from, int count, Severity severity) throws Exception {
    for (int i = from; i < from + count; i += 1_000) {
      List<Change> changes = new ArrayList<>();
      for (int k = i; k < Math.min(i + 1_000, from + count); k++) {
        changes.add(new Change.AlarmRaised(key(k), severity, "gone"));
      }
      state.writer().submit((_, _) -> new Decision<>(changes, true)).get();
    }
  }

  private NotificationPump pump(NotificationPump.Receiver... receivers) {
    NotificationPump pump =
        new NotificationPump(
            state.writer(), List.of(receivers), timer, standings, InstantSource.system());
    pump.start();
    return pump;
  }

  private void awaitDelivered(String receiver, long upTo) throws Exception {
    CountDownLatch there = new CountDownLatch(1);
    ChangeWriter writer = state.writer();
    writer.listen((commits, after) -> {
      if (delivered(after, receiver) >= upTo) {
        there.countDown();
      }
    });
    if (delivered(writer.current(), receiver) < upTo) {
      assertThat(there.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static long delivered(Cabinet cabinet, String receiver) {
    var cursor = cabinet.alarmState().receivers().get(receiver);
    return cursor == null ? -1 : cursor.delivered();
  }

  @Test
  void aStormOfTenThousandAlarmsArrivesCompletelyAndIsForgottenThen() throws Exception {
    Noc noc = new Noc(10_000);
    long begin = System.nanoTime();
    try (NotificationPump pump = pump(noc.named("noc", 32, null))) {
      storm(0, 10_000, Severity.MAJOR);
      assertThat(noc.enough.await(60, TimeUnit.SECONDS)).isTrue();
      awaitDelivered("noc", 10_000);
    }
    System.out.printf("storm: %.2f s%n", (System.nanoTime() - begin) / 1e9);
    assertThat(noc.got.stream().distinct().sorted().toList())
        .isEqualTo(LongStream.rangeClosed(1, 10_000).boxed().toList());
    assertThat(noc.most.get()).isLessThanOrEqualTo(32);
    assertThat(state.writer().current().notifications()).hasSize(Cabinet.MIN_NOTIFICATIONS);
    assertThat(state.writer().current().alarms()).hasSize(10_000);
  }

  @Test
  void aReceiverThatIsAwayHoldsUpNoOtherAndLosesNothing() throws Exception {
    Noc here = new Noc(500);
    Noc away = new Noc(500);
    away.away = true;
    try (NotificationPump pump = pump(here.named("here", 8, null), away.named("away", 8, null))) {
      storm(0, 500, Severity.MAJOR);
      assertThat(here.enough.await(60, TimeUnit.SECONDS)).isTrue();
      awaitDelivered("here", 500);
      assertThat(away.got).isEmpty();
      assertThat(delivered(state.writer().current(), "away")).isZero();
      away.away = false;
      assertThat(away.enough.await(60, TimeUnit.SECONDS)).isTrue();
      awaitDelivered("away", 500);
    }
    assertThat(away.got.stream().distinct().count()).isEqualTo(500);
  }

  @Test
  void afterARestartAReceiverGoesOnWhereItWas() throws Exception {
    Noc before = new Noc(100);
    try (NotificationPump pump = pump(before.named("noc", 4, null))) {
      storm(0, 100, Severity.MAJOR);
      awaitDelivered("noc", 100);
      before.away = true;
      storm(100, 50, Severity.MAJOR);
    }
    close();
    open();
    Noc after = new Noc(50);
    try (NotificationPump pump = pump(after.named("noc", 4, null))) {
      assertThat(after.enough.await(60, TimeUnit.SECONDS)).isTrue();
      awaitDelivered("noc", 150);
    }
    assertThat(after.got.stream().distinct().sorted().toList())
        .isEqualTo(LongStream.rangeClosed(101, 150).boxed().toList());
  }

  @Test
  void aReceiverOfGraveAlarmsIsNotToldOfOthersAndGetsOnAllTheSame() throws Exception {
    Noc noc = new Noc(10);
    try (NotificationPump pump = pump(noc.named("noc", 4, Severity.CRITICAL))) {
      storm(0, 200, Severity.WARNING);
      storm(200, 10, Severity.CRITICAL);
      storm(210, 100, Severity.MINOR);
      awaitDelivered("noc", 310);
    }
    assertThat(noc.got.stream().sorted().toList())
        .isEqualTo(LongStream.rangeClosed(201, 210).boxed().toList());
  }

  @Test
  void aReceiverThatIsNewIsToldOnlyOfWhatIsNew() throws Exception {
    Noc old = new Noc(20);
    try (NotificationPump pump = pump(old.named("old", 4, null))) {
      storm(0, 20, Severity.MAJOR);
      awaitDelivered("old", 20);
    }
    Noc fresh = new Noc(5);
    try (NotificationPump pump = pump(old.named("old", 4, null), fresh.named("fresh", 4, null))) {
      awaitDelivered("fresh", 20);
      storm(20, 5, Severity.MAJOR);
      awaitDelivered("fresh", 25);
    }
    assertThat(fresh.got.stream().sorted().toList()).containsExactly(21L, 22L, 23L, 24L, 25L);
  }
}
