package io.cade.engine.snmp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.FanStatus;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.conduct.CardHardware;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.observe.Observed;
import io.cade.mib.BudgetState;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.ChassisRow;
import io.cade.mib.FanRow;
import io.cade.mib.PowerRow;
import io.cade.mib.SupplyRow;
import io.cade.mib.UnitState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Fans, supplies and the power budget of each chassis. Fans and supplies are those that the reader
 * names, or where its agent is old, those whose readings are called {@code fan.N} and {@code
 * supply.N}. Not thread-safe.
 */
final class PowerTables {
  private static final int MAX_NUMBER = 999;

  private final Memo<List<FanRow>> fans = new Memo<>();
  private final Memo<List<SupplyRow>> supplies = new Memo<>();
  private final Memo<List<PowerRow>> powers = new Memo<>();

  List<FanRow> fans(Observed observed, AlarmIndex alarms) {
    return fans.of(
        () -> {
          List<FanRow> rows = new ArrayList<>();
          new TreeMap<>(observed.chassis())
              .forEach((chassis, heard) -> fans(chassis, heard.status(), alarms, rows));
          return List.copyOf(rows);
        },
        observed.chassis(),
        alarms);
  }

  private static void fans(
      int chassis, ChassisStatus status, AlarmIndex alarms, List<FanRow> rows) {
    SortedMap<Integer, SensorReading> readings = numbered(status, "fan.", "");
    Map<Integer, FanStatus> said = new HashMap<>();
    status.fans().forEach(f -> said.put(f.number(), f));
    readings.forEach((number, r) -> {
      FanStatus fan = said.get(number);
      boolean ok = r.quality() == SensorReading.Quality.OK;
      boolean alarmed = alarms.worst("chassis " + chassis + " " + r.name()) != null;
      UnitState state =
          !ok
              ? UnitState.UNKNOWN
              : alarmed
                  ? UnitState.FAILED
                  : fan != null && !fault(fan).isEmpty() ? UnitState.WARNING : UnitState.OK;
      rows.add(
          new FanRow(
              chassis,
              number,
              r.name(),
              state,
              ok ? (int) Math.max(0, Math.round(r.value())) : 0,
              fan == null ? -1 : fan.dutyPercent(),
              fan == null ? "" : fault(fan),
              r.at()));
    });
  }

  private static String fault(FanStatus fan) {
    List<String> faults = new ArrayList<>();
    if (fan.stalled()) {
      faults.add("stalled");
    }
    if (fan.spinFailed()) {
      faults.add("spin-up failed");
    }
    if (fan.driveFailed()) {
      faults.add("drive failed");
    }
    return String.join(",", faults);
  }

  List<SupplyRow> supplies(Observed observed, AlarmIndex alarms) {
    return supplies.of(
        () -> {
          List<SupplyRow> rows = new ArrayList<>();
          new TreeMap<>(observed.chassis())
              .forEach((chassis, heard) -> supplies(chassis, heard.status(), alarms, rows));
          return List.copyOf(rows);
        },
        observed.chassis(),
        alarms);
  }

  private static void supplies(
      int chassis, ChassisStatus status, AlarmIndex alarms, List<SupplyRow> rows) {
    SortedMap<Integer, SensorReading> contacts = numbered(status, "supply.", "");
    SortedMap<Integer, SensorReading> watts = numbered(status, "supply.", ".watts");
    SortedMap<Integer, SensorReading> volts = numbered(status, "supply.", ".volts");
    SortedMap<Integer, SensorReading> amperes = numbered(status, "supply.", ".amperes");
    Map<Integer, SupplyStatus> said = new HashMap<>();
    status.supplies().forEach(s -> said.put(s.number(), s));
    contacts.forEach((number, contact) -> {
      SupplyStatus supply = said.get(number);
      String name = contact.name();
      boolean read = contact.quality() == SensorReading.Quality.OK;
      boolean good = supply != null ? supply.good() : contact.value() >= 0.5;
      boolean odd =
          alarms.worst("chassis " + chassis + " " + name + ".volts") != null
              || alarms.worst("chassis " + chassis + " " + name + ".watts") != null
              || alarms.worst("chassis " + chassis + " " + name + ".amperes") != null;
      rows.add(
          new SupplyRow(
              chassis,
              number,
              name,
              !read
                  ? UnitState.UNKNOWN
                  : !good ? UnitState.FAILED : odd ? UnitState.WARNING : UnitState.OK,
              supply == null ? "" : supply.serial(),
              supply == null ? 0 : supply.usableWatts(),
              thousandths(watts.get(number)),
              thousandths(volts.get(number)),
              thousandths(amperes.get(number)),
              contact.at()));
    });
  }

  private static int thousandths(@Nullable SensorReading r) {
    return r == null || r.quality() != SensorReading.Quality.OK
        ? 0
        : (int) Math.clamp(Math.round(r.value() * 1_000), 0L, Integer.MAX_VALUE);
  }

  /** Readings called prefix, number, suffix. */
  private static SortedMap<Integer, SensorReading> numbered(
      ChassisStatus status, String prefix, String suffix) {
    SortedMap<Integer, SensorReading> found = new TreeMap<>();
    for (SensorReading r : status.readings()) {
      String name = r.name();
      if (name.startsWith(prefix) && name.endsWith(suffix)) {
        String digits = name.substring(prefix.length(), name.length() - suffix.length());
        if (digits.matches("[0-9]{1,3}") && Integer.parseInt(digits) > 0) {
          found.putIfAbsent(Math.min(Integer.parseInt(digits), MAX_NUMBER), r);
        }
      }
    }
    return found;
  }

  List<PowerRow> powers(
      Cabinet cabinet,
      Observed observed,
      List<ChassisRow> chassis,
      List<CardHardwareRow> cards,
      List<SupplyRow> supplies) {
    return powers.of(
        () -> {
          Map<Integer, Demand> demands = demands(cabinet, cards);
          return chassis.stream()
              .map(c -> {
                List<SupplyRow> own =
                    supplies.stream().filter(s -> s.chassis() == c.chassis()).toList();
                Demand demand = demands.getOrDefault(c.chassis(), new Demand());
                return power(c.chassis(), observed.chassis().get(c.chassis()), own, demand);
              })
              .toList();
        },
        chassis,
        cards,
        supplies,
        observed.chassis());
  }

  /** What the cards of one chassis want. */
  private static final class Demand {
    private int watts;
    private long milliwatts;
    private int on;
    private int off;
  }

  private static Map<Integer, Demand> demands(Cabinet cabinet, List<CardHardwareRow> cards) {
    Map<Integer, Demand> all = new HashMap<>();
    for (CardHardwareRow row : cards) {
      CardPosition at = new CardPosition(row.chassis(), row.slot());
      Card card = cabinet.cards().get(at);
      if (card == null || !row.present()) {
        continue;
      }
      Demand demand = all.computeIfAbsent(row.chassis(), _ -> new Demand());
      if (CardHardware.draws(card)) {
        demand.on++;
        demand.watts += CardHardware.maxWatts(card);
        demand.milliwatts += row.milliwatts();
      } else {
        demand.off++;
      }
    }
    return all;
  }

  /** Fans and chips of the chassis come first. */
  private static int reserved(List<SupplyRow> good) {
    return good.isEmpty() ? 0 : CardHardware.CHASSIS_WATTS;
  }

  private static PowerRow power(
      int chassis, Observed.@Nullable ChassisHeard heard, List<SupplyRow> supplies, Demand demand) {
    List<SupplyRow> good =
        supplies.stream()
            .filter(s -> s.state() == UnitState.OK || s.state() == UnitState.WARNING)
            .toList();
    int capacity =
        Math.max(0, good.stream().mapToInt(SupplyRow::capacityWatts).sum() - reserved(good));
    int strongest = good.stream().mapToInt(SupplyRow::capacityWatts).max().orElse(0);
    long given = good.stream().mapToLong(SupplyRow::milliwatts).sum();
    BudgetState state =
        capacity == 0
            ? BudgetState.UNKNOWN
            : demand.watts > capacity
                ? BudgetState.EXCEEDED
                : demand.watts > Math.max(0, capacity - strongest)
                    ? BudgetState.NOT_REDUNDANT
                    : BudgetState.REDUNDANT;
    return new PowerRow(
        chassis,
        state,
        capacity,
        Math.max(0, capacity - strongest),
        demand.watts,
        given > 0 ? given : demand.milliwatts,
        demand.on,
        demand.off,
        heard == null ? "" : heard.status().fanControl());
  }
}
