package io.cade.agent.run;

import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.DiskStatus;
import io.cade.agent.wire.SensorReading;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a card's buses and disks once a second on a thread of its own, so that neither a slow nor a
 * stuck bus holds up a report: who asks gets what was read last, or, when that is older than {@link
 * #STALE}, the same sensors as unavailable with the cause. While the card is its chassis' reader,
 * each round also drives the fans (works without the engine, and feeds the controller's watchdog).
 *
 * <p>Tells the agent at once of what cannot wait for the next report: a value that moved far, a
 * contact, a handle, a disk. Thread-safe; its own thread owns the buses for reading.
 */
public final class SensorPoll implements CardSensors, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SensorPoll.class);

  /** Between two rounds. */
  public static final Duration PERIOD = Duration.ofSeconds(1);

  /** What was read so long ago is no reading any more. */
  public static final Duration STALE = Duration.ofSeconds(4);

  private static final Duration FIRST_ROUND = Duration.ofMillis(500);
  private static final double SLOW_FAN_RPM = 900;

  private final BusSensors sensors;
  private final DiskArray disks;
  private final InstantSource clock;
  private final Duration period;
  private final FanCurve curve = new FanCurve();
  private final CountDownLatch firstRound = new CountDownLatch(1);
  private final Thread thread;
  private volatile Round last = new Round(Instant.MIN, Instant.MIN, List.of(), null, List.of());
  private volatile boolean reader;
  private volatile int fanFloor;
  private volatile Runnable news = () -> {};
  // Owned by the thread: values as last told, by name.
  private final Map<String, SensorReading> told = new HashMap<>();
  private String toldState = "";

  /** What one round has read. */
  private record Round(
      Instant began,
      Instant at,
      List<SensorReading> card,
      @Nullable ChassisStatus chassis,
      List<DiskStatus> disks) {}

  private SensorPoll(BusSensors sensors, DiskArray disks, InstantSource clock, Duration period) {
    this.sensors = sensors;
    this.disks = disks;
    this.clock = clock;
    this.period = period;
    this.thread = Thread.ofVirtual().name("sensors").unstarted(this::rounds);
  }

  /**
   * Begins to read.
   *
   * @param sensors closed with this
   */
  public static SensorPoll start(BusSensors sensors, DiskArray disks, InstantSource clock) {
    return start(sensors, disks, clock, PERIOD);
  }

  /** The same with another period. */
  public static SensorPoll start(
      BusSensors sensors, DiskArray disks, InstantSource clock, Duration period) {
    SensorPoll poll = new SensorPoll(sensors, disks, clock, period);
    poll.thread.start();
    return poll;
  }

  @Override
  public List<SensorReading> card() {
    Round round = fresh();
    return isStale(round) ? unavailable(round) : round.card();
  }

  /** Of the last round, if that was as the chassis' reader and not too long ago. */
  @Override
  public Optional<ChassisStatus> chassis() {
    Round round = fresh();
    return isStale(round)
        ? Optional.empty()
        : Optional.ofNullable(round.chassis())
            .map(c -> c.readAgo(Duration.between(round.began(), clock.instant())));
  }

  @Override
  public void chassisReader(boolean elected) {
    boolean was = reader;
    reader = elected;
    if (elected && !was) {
      // The first round as a reader is wanted now, not within a second.
      thread.interrupt();
    }
  }

  @Override
  public List<DiskStatus> disks() {
    return fresh().disks();
  }

  @Override
  public void setOutputs(ChassisOutputs outputs) throws IOException {
    sensors.setOutputs(outputs);
    fanFloor = outputs.fanFloorPercent();
    thread.interrupt();
  }

  @Override
  public void onNews(Runnable listener) {
    news = listener;
  }

  private Round fresh() {
    Round round = last;
    if (round.at().equals(Instant.MIN)) {
      try {
        var _ = firstRound.await(FIRST_ROUND.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      round = last;
    }
    return round;
  }

  private boolean isStale(Round round) {
    return !round.at().equals(Instant.MIN) && clock.instant().isAfter(round.at().plus(STALE));
  }

  private List<SensorReading> unavailable(Round round) {
    Instant now = clock.instant();
    String cause =
        "the management bus has not answered for "
            + Duration.between(round.at(), now).toSeconds()
            + " s: is a line held, or a chip stretching the clock?";
    return round.card().stream()
        .map(r ->
            new SensorReading(r.name(), r.kind(), 0, SensorReading.Quality.UNAVAILABLE, cause, now))
        .toList();
  }

  private volatile boolean closed;

  private void rounds() {
    while (!closed) {
      try {
        round();
      } catch (RuntimeException e) {
        LOG.error("reading the sensors failed", e);
      }
      try {
        if (!closed) {
          Thread.sleep(period);
        }
      } catch (InterruptedException e) {
        // Wanted earlier, or the end.
        LOG.trace("woken");
      }
    }
  }

  private void round() {
    // An interrupt is for the sleep only: on a bus it would look like a fault.
    var _ = Thread.interrupted();
    Instant began = clock.instant();
    List<SensorReading> card = sensors.card();
    ChassisStatus chassis = reader ? sensors.chassis().orElse(null) : null;
    if (reader) {
      String control = driveFans(card, chassis);
      if (chassis != null) {
        chassis = withControl(chassis, control);
      }
    }
    List<DiskStatus> array = mirrored();
    last = new Round(began, clock.instant(), card, chassis, array);
    firstRound.countDown();
    if (isNews(card, chassis, array)) {
      news.run();
    }
  }

  /** A replaced disk is taken into the mirror without anybody's command (SPEC C4). */
  private List<DiskStatus> mirrored() {
    List<DiskStatus> array = disks.disks();
    boolean sound = array.stream().anyMatch(d -> d.state() == DiskStatus.State.HEALTHY);
    boolean added = false;
    for (DiskStatus disk : array) {
      if (sound && disk.state() == DiskStatus.State.MISSING && !disk.serial().isEmpty()) {
        try {
          disks.add(disk.number());
          added = true;
          LOG.info("disk {} ({}) is new; the mirror is rebuilt", disk.number(), disk.serial());
        } catch (IOException e) {
          LOG.warn("disk {} cannot join the mirror: {}", disk.number(), e.getMessage());
        }
      }
    }
    return added ? disks.disks() : array;
  }

  private String driveFans(List<SensorReading> card, @Nullable ChassisStatus chassis) {
    List<SensorReading> readings = chassis == null ? List.of() : chassis.readings();
    boolean failed =
        readings.stream()
            .anyMatch(r ->
                r.kind() == SensorReading.Kind.RPM
                    && r.quality() == SensorReading.Quality.OK
                    && r.value() < SLOW_FAN_RPM);
    double drive =
        curve.step(
            value(readings, "outlet.temperature"),
            value(card, "board.temperature"),
            failed,
            fanFloor / 100.0);
    try {
      sensors.driveFans(drive);
      return curve.why();
    } catch (IOException e) {
      return "full speed: the fan controller does not answer";
    }
  }

  private static OptionalDouble value(List<SensorReading> readings, String name) {
    return readings.stream()
        .filter(r -> r.name().equals(name) && r.quality() == SensorReading.Quality.OK)
        .mapToDouble(SensorReading::value)
        .findFirst();
  }

  private ChassisStatus withControl(ChassisStatus s, String control) {
    ChassisOutputs o = s.outputs();
    return new ChassisStatus(
        s.chassis(),
        s.presentSlots(),
        s.readings(),
        s.openHandles(),
        o == null ? null : new ChassisOutputs(o.poweredOff(), o.blue(), o.locate(), fanFloor),
        s.fans(),
        s.supplies(),
        control);
  }

  /** Compares with what was told last, and takes what is new for told. */
  private boolean isNews(
      List<SensorReading> card, @Nullable ChassisStatus chassis, List<DiskStatus> array) {
    List<SensorReading> all = new ArrayList<>(card);
    String state = array.stream().map(d -> d.number() + d.serial() + d.state()).toList().toString();
    if (chassis != null) {
      chassis.readings().forEach(r -> all.add(named("chassis " + r.name(), r)));
      state +=
          chassis.presentSlots().toString()
              + chassis.openHandles()
              + chassis.outputs()
              + chassis.supplies();
    }
    boolean moved = !state.equals(toldState);
    for (SensorReading r : all) {
      SensorReading before = told.get(r.name());
      if (before == null || movedFar(before, r)) {
        moved = true;
        break;
      }
    }
    if (moved) {
      toldState = state;
      all.forEach(r -> told.put(r.name(), r));
    }
    return moved;
  }

  private static SensorReading named(String name, SensorReading r) {
    return new SensorReading(name, r.kind(), r.value(), r.quality(), "", r.at());
  }

  /** Whether an operations centre would not want to wait for the next report. */
  private static boolean movedFar(SensorReading before, SensorReading now) {
    if (before.quality() != now.quality()) {
      return true;
    }
    double by = Math.abs(now.value() - before.value());
    return switch (now.kind()) {
      case CELSIUS -> by >= 3;
      case RPM -> by >= Math.max(300, before.value() * 0.15);
      case TRUTH -> by >= 0.5;
      case VOLTS -> by >= Math.max(0.1, before.value() * 0.03);
      case AMPERES, WATTS -> by >= Math.max(20, before.value() * 0.5);
      case PERCENT -> by >= 20;
    };
  }

  /**
   * Ends the reading, and waits for a round under way as long as a stuck bus takes, 2 s at most.
   */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      var _ = thread.join(Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sensors.close();
  }
}
