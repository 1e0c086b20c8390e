package io.cade.mib.snmp;

import io.cade.mib.AlarmRow;
import io.cade.mib.BackendRow;
import io.cade.mib.BootCounterRow;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.CardRow;
import io.cade.mib.CardState;
import io.cade.mib.ChassisRow;
import io.cade.mib.MibOids;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.ProxyRow;
import io.cade.mib.SensorRow;
import io.cade.mib.ServiceRow;
import io.cade.mib.TestNotification;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Gauge32;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.Variable;

/**
 * The frames of the enterprise MIB: taken from the view when a request needs one and the last is
 * older than {@link #MAX_AGE}, or something was set since. Nobody reads, nothing is done. Owned by
 * the SNMP thread, but for {@link #outdated}.
 */
final class CabinetFrames {
  /**
   * So old a frame may be: managers poll in seconds, and a walk of many requests shares a few
   * refreshes.
   */
  static final Duration MAX_AGE = Duration.ofMillis(250);

  private final CabinetView view;
  private final InstantSource clock;
  private final LongSupplier nanoTicker;

  private TableBlock<ChassisRow> chassis = new TableBlock<>(CabinetShapes.chassis(), List.of());
  private TableBlock<CardRow> cards = new TableBlock<>(CabinetShapes.cards(), List.of());
  private TableBlock<SensorRow> sensors = new TableBlock<>(CabinetShapes.sensors(), List.of());
  private TableBlock<ServiceRow> services = new TableBlock<>(CabinetShapes.services(), List.of());
  private TableBlock<BackendRow> backends = new TableBlock<>(CabinetShapes.backends(), List.of());
  private TableBlock<ProxyRow> proxies = new TableBlock<>(CabinetShapes.proxies(), List.of());
  private TableBlock<BootCounterRow> bootCounters =
      new TableBlock<>(CabinetShapes.bootCounters(), List.of());
  private final AlarmShapes alarmShapes = new AlarmShapes();
  private TableBlock<AlarmRow> alarms = new TableBlock<>(CabinetShapes.alarms(), List.of());
  private final HardwareBlocks hardware = new HardwareBlocks();
  private final TrafficBlocks traffic = new TrafficBlocks();
  private final StandardBlocks standard;
  private final long startNanos;
  private @Nullable Frames last;
  private long lastNanos;

  /** Set by any thread. */
  private volatile boolean outdated;

  /**
   * All that is read at one moment.
   *
   * @param enterprise the modules of the project
   * @param standard what the standard modules show of the same moment
   */
  record Frames(Frame enterprise, StandardBlocks.Frames standard) {}

  CabinetFrames(CabinetView view, InstantSource clock, LongSupplier nanoTicker) {
    this.view = view;
    this.clock = clock;
    this.nanoTicker = nanoTicker;
    this.startNanos = nanoTicker.getAsLong();
    this.standard = new StandardBlocks(clock.instant());
  }

  /**
   * Something was set: who sets and then reads must not see what was before (RFC 3416 section 4.2.5
   * has the change made when the answer goes out). From any thread.
   */
  void outdated() {
    outdated = true;
  }

  /** The enterprise MIB. */
  Frame current() {
    return all().enterprise();
  }

  /** The standard modules about hardware and host. */
  StandardBlocks.Frames standard() {
    return all().standard();
  }

  private Frames all() {
    long nanos = nanoTicker.getAsLong();
    Frames frames = last;
    if (frames == null || outdated || nanos - lastNanos > MAX_AGE.toNanos()) {
      outdated = false; // before the view is read: what is set from now on counts again
      CabinetView now = view.frozen();
      frames =
          new Frames(
              read(now), standard.over(now, clock.instant(), Duration.ofNanos(nanos - startNanos)));
      last = frames;
      lastNanos = nanos;
    }
    return frames;
  }

  private Frame read(CabinetView now) {
    CabinetFacts facts = now.cabinet();
    List<CardRow> cardRows = now.cards();
    List<SensorRow> sensorRows = now.sensors();
    List<ChassisRow> chassisRows = now.chassis();
    List<AlarmRow> alarmRows = now.activeAlarms();
    chassis = chassis.over(chassisRows);
    cards = cards.over(cardRows);
    sensors = sensors.over(sensorRows);
    services = services.over(now.services());
    backends = backends.over(now.backends());
    proxies = proxies.over(now.proxies());
    bootCounters = bootCounters.over(now.bootCounters());
    alarms = alarms.over(alarmRows);
    var cabinet =
        new ScalarBlock(
            List.of(
                scalar(MibOids.CADE_CABINET_NAME, () -> Values.text(facts.name())),
                scalar(
                    MibOids.CADE_CABINET_SOFTWARE_VERSION,
                    () -> Values.text(facts.softwareVersion())),
                scalar(
                    MibOids.CADE_CABINET_READY_SINCE, () -> Values.dateAndTime(facts.readySince())),
                scalar(MibOids.CADE_CABINET_CHASSIS_COUNT, () -> new Gauge32(chassisRows.size())),
                scalar(
                    MibOids.CADE_CABINET_CARD_COUNT,
                    () -> new Gauge32(cardRows.size() - count(cardRows, CardState.ABSENT))),
                scalar(
                    MibOids.CADE_CABINET_RUNNING_CARD_COUNT,
                    () -> new Gauge32(count(cardRows, CardState.RUNNING))),
                scalar(
                    MibOids.CADE_CABINET_FAULTY_CARD_COUNT,
                    () ->
                        new Gauge32(
                            count(cardRows, CardState.DEGRADED)
                                + count(cardRows, CardState.FAILED)
                                + count(cardRows, CardState.QUARANTINED))),
                scalar(MibOids.CADE_CABINET_SENSOR_COUNT, () -> new Gauge32(sensorRows.size())),
                new ScalarBlock.Source(
                    MibOids.CADE_CABINET_TEST_NOTIFICATION,
                    () -> new Integer32(TestNotification.IDLE.code()),
                    HardwareWriters.testNotification())));
    var alarm =
        new ScalarBlock(
            List.of(
                scalar(MibOids.CADE_ALARM_ACTIVE_COUNT, () -> new Gauge32(alarmRows.size())),
                scalar(
                    MibOids.CADE_ALARM_WORST_SEVERITY,
                    () -> new Integer32(worst(alarmRows).code())),
                scalar(
                    MibOids.CADE_ALARM_LAST_NOTIFICATION,
                    () -> new Counter64(facts.lastNotification()))));
    var blocks = new ArrayList<Block>();
    Collections.addAll(blocks, cabinet, chassis, cards, sensors, services, backends, proxies);
    blocks.add(traffic.services(now.serviceDetails()));
    Collections.addAll(blocks, alarm, alarms);
    blocks.addAll(alarmShapes.over(now.alarms()));
    blocks.add(bootCounters);
    blocks.addAll(traffic.leases(now.leases()));
    blocks.addAll(hardware.over(now.hardware(), sensorRows));
    blocks.addAll(traffic.traffic(now.traffic()));
    blocks.addAll(traffic.software(now.software(), cardRows));
    return new Frame(clock.instant(), List.copyOf(blocks));
  }

  private static ScalarBlock.Source scalar(String oid, Supplier<Variable> value) {
    return new ScalarBlock.Source(oid, value);
  }

  private static long count(List<CardRow> cards, CardState state) {
    return cards.stream().filter(c -> c.state() == state).count();
  }

  private static PerceivedSeverity worst(List<AlarmRow> alarms) {
    return alarms.stream()
        .map(AlarmRow::severity)
        .min(Comparator.comparingInt(CabinetFrames::rank))
        .orElse(PerceivedSeverity.CLEARED);
  }

  /** X.733 orders severities by effect, which the numbers of the MIB do not. */
  private static int rank(PerceivedSeverity severity) {
    return switch (severity) {
      case CRITICAL -> 0;
      case MAJOR -> 1;
      case MINOR -> 2;
      case WARNING -> 3;
      case INDETERMINATE -> 4;
      case CLEARED -> 5;
    };
  }
}
