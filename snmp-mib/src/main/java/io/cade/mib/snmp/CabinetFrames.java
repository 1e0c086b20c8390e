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
import java.time.Duration;
import java.time.InstantSource;
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
 * older than {@link #MAX_AGE}. Nobody reads, nothing is done. Owned by the SNMP thread.
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
  private TableBlock<AlarmRow> alarms = new TableBlock<>(CabinetShapes.alarms(), List.of());
  private @Nullable Frame last;
  private long lastNanos;

  CabinetFrames(CabinetView view, InstantSource clock, LongSupplier nanoTicker) {
    this.view = view;
    this.clock = clock;
    this.nanoTicker = nanoTicker;
  }

  Frame current() {
    long nanos = nanoTicker.getAsLong();
    Frame frame = last;
    if (frame == null || nanos - lastNanos > MAX_AGE.toNanos()) {
      frame = read(view.frozen());
      last = frame;
      lastNanos = nanos;
    }
    return frame;
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
                scalar(MibOids.CADE_CABINET_SENSOR_COUNT, () -> new Gauge32(sensorRows.size()))));
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
    return new Frame(
        clock.instant(),
        List.of(
            cabinet,
            chassis,
            cards,
            sensors,
            services,
            backends,
            proxies,
            alarm,
            alarms,
            bootCounters));
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
