package io.cade.sim.pi4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.pi4j.context.Context;
import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.FruBoardInfo;
import io.cade.agent.run.BusSensors;
import io.cade.agent.run.DiskArray;
import io.cade.agent.run.SensorPoll;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.DiskStatus;
import io.cade.agent.wire.SensorReading;
import io.cade.sim.chassis.ChassisPhysics;
import io.cade.sim.chassis.ChassisSettings;
import io.cade.sim.device.I2cWire;
import io.cade.sim.device.Lm75Model;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that reads a card's buses, over drivers, Pi4J and models of the chips. */
@Timeout(60)
final class SensorPollTest {
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final int OWN_BUS = 9_000;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
  private final SimulatedBuses buses = new SimulatedBuses();
  private final ChassisPhysics physics =
      ChassisPhysics.attach(
          buses, 1, ChassisSettings.defaults().withoutNoise(), board("CH-1"), new Random(1));
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
    buses.close();
  }

  private static FruBoardInfo board(String serial) {
    return new FruBoardInfo(null, "Cade", "Server card", serial, "700-0001", "", List.of());
  }

  private SensorPoll poll(int slot) {
    physics.insert(slot, board("SC-" + slot));
    // Its monitors measure.
    physics.advance(Duration.ofMillis(100));
    return poll(SimulatedBuses.cardBus(1, slot), DiskArray.none());
  }

  private SensorPoll poll(int cardBus, DiskArray disks) {
    Context context = buses.newContext();
    opened.add(context::shutdown);
    SensorPoll poll =
        SensorPoll.start(
            new BusSensors(
                1,
                CardBus.open(context, cardBus, now::get),
                ChassisBus.open(context, SimulatedBuses.chassisBus(1), now::get)),
            disks,
            now::get,
            PERIOD);
    opened.add(poll);
    return poll;
  }

  /** The poll has a thread of its own and no latch for everything that it does. */
  private static void await(String what, BooleanSupplier there) {
    long end = System.nanoTime() + PATIENCE;
    while (!there.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static boolean allOk(List<SensorReading> readings) {
    return !readings.isEmpty()
        && readings.stream().allMatch(r -> r.quality() == SensorReading.Quality.OK);
  }

  @Test
  void stuckBusHoldsUpNoReportAndItsSensorsAreUnavailableWithTheCause() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    Lm75Model chip = new Lm75Model();
    chip.convert(30);
    I2cWire wire =
        new I2cWire(
                "own bus",
                _ -> {
                  stuck.countDown();
                  try {
                    free.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                })
            .attach(CardBus.TEMPERATURE_ADDRESS, chip);
    buses.attach(OWN_BUS, wire);
    SensorPoll poll = poll(OWN_BUS, DiskArray.none());
    await("first reading", () -> board(poll).quality() == SensorReading.Quality.OK);
    assertThat(board(poll).value()).isEqualTo(30);
    poll.chassisReader(true);
    await("the chassis is read", () -> poll.chassis().isPresent());

    wire.setHeldLow(true);
    stuck.await();
    // Its thread is on the bus now, and stays there; what follows does not wait for it.
    assertThat(board(poll).value()).as("what was read last").isEqualTo(30);
    now.updateAndGet(t -> t.plusSeconds(3));
    assertThat(poll.chassis().orElseThrow().age()).isEqualTo(Duration.ofSeconds(3));
    now.updateAndGet(t -> t.plus(SensorPoll.STALE).minusSeconds(2));
    assertThat(poll.card())
        .isNotEmpty()
        .allSatisfy(r -> {
          assertThat(r.quality()).isEqualTo(SensorReading.Quality.UNAVAILABLE);
          assertThat(r.cause()).contains("has not answered for 5 s");
        });
    assertThat(poll.chassis()).isEmpty();

    free.countDown();
    wire.setHeldLow(false);
    await("reads again", () -> board(poll).quality() == SensorReading.Quality.OK);
  }

  private static SensorReading board(SensorPoll poll) {
    return poll.card().stream()
        .filter(r -> r.name().equals("board.temperature"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no reading within the first half second"));
  }

  @Test
  void readerFeedsTheWatchdogAndTheFansGoToFullSpeedWhenItEnds() {
    SensorPoll poll = poll(1);
    poll.chassisReader(true);
    await("the fans are driven", () -> physics.fanDrive(1) < 0.5);
    I2cWire bus = buses.wire(SimulatedBuses.chassisBus(1));
    for (int second = 0; second < 12; second++) {
      Instant before = now.updateAndGet(t -> t.plusSeconds(1));
      await(
          "another round",
          () ->
              poll.chassis()
                  .filter(s -> !s.readings().getFirst().at().isBefore(before))
                  .isPresent());
      physics.advance(Duration.ofSeconds(1));
      assertThat(physics.fanDrive(1)).isLessThan(1);
    }
    assertThat(poll.chassis().orElseThrow().fanControl()).isEqualTo("automatic");

    poll.close();
    long silent = bus.transfers();
    physics.advance(Duration.ofSeconds(5));
    assertThat(bus.transfers()).isEqualTo(silent);
    for (int fan = 1; fan <= ChassisBus.FANS; fan++) {
      assertThat(physics.fanDrive(fan)).isEqualTo(1);
    }
  }

  @Test
  void whatMovesFarIsToldAtOnceAndWhatTremblesIsNot() throws Exception {
    SensorPoll poll = poll(1);
    Semaphore news = new Semaphore(0);
    physics.heat(1, 50);
    await("first reading", () -> allOk(poll.card()));
    poll.onNews(news::release);
    physics.heat(1, 78);
    assertThat(news.tryAcquire(20, TimeUnit.SECONDS)).as("28 degrees more").isTrue();
    await("told", () -> board(poll).value() == 78);
    // The other thermometers of the card were heated after the first was read.
    news.drainPermits();
    I2cWire bus = buses.wire(SimulatedBuses.cardBus(1, 1));
    rounds(bus, 3);
    news.drainPermits();
    physics.heat(1, 79);
    rounds(bus, 5);
    await("read", () -> board(poll).value() == 79);
    rounds(bus, 2);
    assertThat(news.availablePermits()).as("one degree more").isZero();
  }

  private static void rounds(I2cWire bus, int count) {
    long each = 10;
    long end = bus.transfers() + each * count;
    await(count + " rounds", () -> bus.transfers() >= end);
  }

  @Test
  void anotherCardTakesOverTheBusWhereTheFirstLeftIt() {
    SensorPoll first = poll(1);
    SensorPoll second = poll(2);
    first.chassisReader(true);
    await("first reads", () -> first.chassis().isPresent());
    assertThat(second.chassis()).isEmpty();
    ChassisStatus before = first.chassis().orElseThrow();

    first.chassisReader(false);
    second.chassisReader(true);
    await("second reads", () -> second.chassis().isPresent());
    await("first reads no longer", () -> first.chassis().isEmpty());
    ChassisStatus after = second.chassis().orElseThrow();
    assertThat(after.presentSlots()).isEqualTo(before.presentSlots()).containsExactly(1, 2);
    assertThat(after.supplies()).isEqualTo(before.supplies());
    assertThat(after.outputs()).isEqualTo(before.outputs());
  }

  @Test
  void replacedDiskJoinsTheMirrorWithoutACommandAndABrokenOneDoesNot() throws Exception {
    physics.insert(3, board("SC-3"));
    Semaphore added = new Semaphore(0);
    List<DiskStatus> disks = new CopyOnWriteArrayList<>();
    disks.add(new DiskStatus(0, "A", DiskStatus.State.HEALTHY, 100));
    disks.add(new DiskStatus(1, "B", DiskStatus.State.FAILED, 0));
    SensorPoll poll =
        poll(
            SimulatedBuses.cardBus(1, 3),
            new DiskArray() {
              @Override
              public List<DiskStatus> disks() {
                return List.copyOf(disks);
              }

              @Override
              public void add(int disk) {
                disks.set(disk, new DiskStatus(disk, "C", DiskStatus.State.REBUILDING, 0));
                added.release();
              }
            });
    await("first look", () -> poll.disks().size() == 2);
    assertThat(added.availablePermits()).isZero();

    disks.set(1, new DiskStatus(1, "C", DiskStatus.State.MISSING, 0));
    assertThat(added.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    await("rebuilding", () -> poll.disks().getLast().state() == DiskStatus.State.REBUILDING);
    assertThat(added.availablePermits()).isZero();
  }
}
