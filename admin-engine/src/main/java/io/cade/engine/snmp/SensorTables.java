package io.cade.engine.snmp;

import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.SensorReading;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Severity;
import io.cade.engine.observe.Observed;
import io.cade.mib.SensorRow;
import io.cade.mib.SensorStatus;
import io.cade.mib.SensorType;
import io.cade.mib.ThresholdLevel;
import io.cade.mib.ThresholdRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sensors and their limits. A report alters the rows of one card: those of the others are kept,
 * so that a refresh of 3,000 sensors makes some hundred rows and sorts nothing. Not thread-safe.
 */
final class SensorTables {
  /** Sensors and limits have the same rows. */
  record Rows(List<SensorRow> sensors, List<ThresholdRow> thresholds) {}

  /** Where sensors are: slot 0 is the chassis itself. */
  private record Place(int chassis, int slot) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return chassis != other.chassis
          ? Integer.compare(chassis, other.chassis)
          : Integer.compare(slot, other.slot);
    }

    String source() {
      return slot == 0 ? "chassis " + chassis : "card " + chassis + "." + slot;
    }
  }

  private record Kept(
      List<SensorReading> readings,
      String model,
      AlarmIndex alarms,
      SensorLimits limits,
      Rows rows) {}

  /** Sensors by name and model whose limits are kept; then all are looked up anew. */
  private static final int MAX_KNOWN = 20_000;

  private Map<Place, Kept> kept = new HashMap<>();
  private final Map<String, SensorLimits.@Nullable Limits> known = new HashMap<>();
  private @Nullable SensorLimits knownOf;
  private final Memo<Rows> all = new Memo<>();

  Rows of(Cabinet cabinet, Observed observed, AlarmIndex alarms, SensorLimits limits) {
    return all.of(
        () -> rows(cabinet, observed, alarms, limits),
        cabinet.cards(),
        observed.cards(),
        observed.chassis(),
        alarms,
        limits);
  }

  @SuppressWarnings("ReferenceEquality") // as in Memo
  private Rows rows(Cabinet cabinet, Observed observed, AlarmIndex alarms, SensorLimits limits) {
    if (knownOf != limits || known.size() > MAX_KNOWN) {
      known.clear();
      knownOf = limits;
    }
    var places = new TreeMap<Place, Rows>();
    var next = new HashMap<Place, Kept>();
    observed
        .chassis()
        .forEach((number, heard) -> {
          List<SensorReading> readings = heard.status().readings();
          add(places, next, new Place(number, 0), readings, "", alarms, limits);
        });
    observed
        .cards()
        .forEach((at, heard) -> {
          Card card = cabinet.cards().get(at);
          if (!at.isManagement() && card != null && card.state().isAlive()) {
            HardwareDescriptor hardware = card.hardware();
            String model = hardware == null ? "" : hardware.model();
            Place place = new Place(at.chassis(), at.slot());
            add(places, next, place, heard.readings(), model, alarms, limits);
          }
        });
    kept = next;
    var sensors = new ArrayList<SensorRow>();
    var thresholds = new ArrayList<ThresholdRow>();
    for (Rows rows : places.values()) {
      sensors.addAll(rows.sensors());
      thresholds.addAll(rows.thresholds());
    }
    return new Rows(List.copyOf(sensors), List.copyOf(thresholds));
  }

  @SuppressWarnings("ReferenceEquality") // as in Memo
  private void add(
      Map<Place, Rows> places,
      Map<Place, Kept> next,
      Place place,
      List<SensorReading> readings,
      String model,
      AlarmIndex alarms,
      SensorLimits limits) {
    Kept before = kept.get(place);
    if (before == null
        || before.readings != readings
        || before.alarms != alarms
        || before.limits != limits
        || !before.model.equals(model)) {
      before =
          new Kept(readings, model, alarms, limits, make(place, readings, model, alarms, limits));
    }
    next.put(place, before);
    places.put(place, before.rows);
  }

  private Rows make(
      Place place,
      List<SensorReading> readings,
      String model,
      AlarmIndex alarms,
      SensorLimits limits) {
    String at = place.source();
    var sensors = new ArrayList<SensorRow>(readings.size());
    var thresholds = new ArrayList<ThresholdRow>(readings.size());
    // The order of readings on a bus is fixed, so the place in it is a stable index.
    for (int i = 0; i < readings.size(); i++) {
      SensorReading r = readings.get(i);
      String source = at + " " + r.name();
      boolean ok = r.quality() == SensorReading.Quality.OK;
      Severity severity = alarms.worst(source);
      sensors.add(
          SensorRow.of(
              place.chassis,
              place.slot,
              i + 1,
              r.name(),
              type(r.kind()),
              ok ? r.value() : 0,
              precision(r.kind()),
              ok ? status(severity) : SensorStatus.UNAVAILABLE,
              r.at()));
      SensorLimits.Limits found =
          known.computeIfAbsent(
              source + "|" + model, _ -> limits.of(r.kind(), r.name(), model, at));
      thresholds.add(threshold(place, i + 1, r, found, ok, severity));
    }
    return new Rows(sensors, thresholds);
  }

  private static SensorStatus status(@Nullable Severity severity) {
    return severity == null
        ? SensorStatus.OK
        : switch (severity) {
          case CRITICAL, MAJOR -> SensorStatus.CRITICAL;
          case MINOR, WARNING -> SensorStatus.WARNING;
        };
  }

  private static ThresholdRow threshold(
      Place place,
      int number,
      SensorReading r,
      SensorLimits.@Nullable Limits limits,
      boolean ok,
      @Nullable Severity severity) {
    if (limits == null) {
      return ThresholdRow.none(place.chassis, place.slot, number);
    }
    int precision = precision(r.kind());
    return new ThresholdRow(
        place.chassis,
        place.slot,
        number,
        counted(limits.lowCritical(), precision, ThresholdRow.NO_LOW),
        counted(limits.lowMajor(), precision, ThresholdRow.NO_LOW),
        counted(limits.lowWarning(), precision, ThresholdRow.NO_LOW),
        counted(limits.highWarning(), precision, ThresholdRow.NO_HIGH),
        counted(limits.highMajor(), precision, ThresholdRow.NO_HIGH),
        counted(limits.highCritical(), precision, ThresholdRow.NO_HIGH),
        Math.max(0, counted(limits.hysteresis(), precision, 0)),
        limits.readings(),
        ok ? level(r.value(), limits, severity) : ThresholdLevel.UNKNOWN);
  }

  private static int counted(@Nullable Double limit, int precision, int otherwise) {
    if (limit == null) {
      return otherwise;
    }
    return (int)
        Math.clamp(
            Math.round(limit * Math.pow(10, precision)),
            Integer.MIN_VALUE + 1L,
            Integer.MAX_VALUE - 1L);
  }

  /**
   * The level is the engine's decision, made with hysteresis and de-bounce: it shows in the
   * severity of the alarm. The limits say only on which side.
   */
  private static ThresholdLevel level(
      double value, SensorLimits.Limits limits, @Nullable Severity severity) {
    if (severity == null) {
      return ThresholdLevel.NORMAL;
    }
    boolean low = low(value, limits);
    return switch (severity) {
      case CRITICAL -> low ? ThresholdLevel.LOW_CRITICAL : ThresholdLevel.HIGH_CRITICAL;
      case MAJOR -> low ? ThresholdLevel.LOW_MAJOR : ThresholdLevel.HIGH_MAJOR;
      case MINOR, WARNING -> low ? ThresholdLevel.LOW_WARNING : ThresholdLevel.HIGH_WARNING;
    };
  }

  private static boolean low(double value, SensorLimits.Limits limits) {
    Double low = first(limits.lowWarning(), limits.lowMajor(), limits.lowCritical());
    Double high = first(limits.highWarning(), limits.highMajor(), limits.highCritical());
    return low != null && (high == null || Math.abs(value - low) < Math.abs(value - high));
  }

  private static @Nullable Double first(@Nullable Double... limits) {
    for (Double limit : limits) {
      if (limit != null) {
        return limit;
      }
    }
    return null;
  }

  static SensorType type(SensorReading.Kind kind) {
    return switch (kind) {
      case CELSIUS -> SensorType.CELSIUS;
      case RPM -> SensorType.RPM;
      case PERCENT, TRUTH -> SensorType.OTHER;
      case VOLTS -> SensorType.VOLTS_DC;
      case AMPERES -> SensorType.AMPERES;
      case WATTS -> SensorType.WATTS;
    };
  }

  static int precision(SensorReading.Kind kind) {
    return switch (kind) {
      case CELSIUS, PERCENT, WATTS -> 1;
      case VOLTS, AMPERES -> 3;
      case RPM, TRUTH -> 0;
    };
  }
}
