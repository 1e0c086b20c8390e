package io.cade.mib.snmp;

import io.cade.mib.CardHardwareRow;
import io.cade.mib.CardRow;
import io.cade.mib.CardState;
import io.cade.mib.ChassisRow;
import io.cade.mib.DiskRow;
import io.cade.mib.FanRow;
import io.cade.mib.HardwareRows;
import io.cade.mib.SensorRow;
import io.cade.mib.SupplyRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The parts of the cabinet and what contains what (RFC 6933): cabinet, chassis, slot, card; fans
 * and supplies in their chassis, disks in their card; a sensor in the fan or supply that it belongs
 * to by its name, else in its card or chassis. Every part but the cabinet has exactly one parent
 * that exists. Pure.
 */
final class EntityTree {
  private static final String NONE = "";

  private final TreeMap<Integer, EntityRow> parts = new TreeMap<>();
  private final Map<String, Integer> byName = new HashMap<>();

  private EntityTree() {}

  /** All parts by index. */
  static List<EntityRow> of(
      String cabinet,
      String version,
      List<ChassisRow> chassis,
      List<CardRow> cards,
      List<SensorRow> sensors,
      HardwareRows hardware) {
    var tree = new EntityTree();
    tree.add(
        new EntityRow(
            EntityIndex.CABINET,
            0,
            EntityRow.Kind.CABINET,
            -1,
            cabinet,
            version,
            NONE,
            NONE,
            NONE,
            "cabinet"));
    chassis.forEach(c -> tree.chassis(c.chassis()));
    hardware.slots().forEach(s -> tree.slot(s.chassis(), s.slot()));
    tree.cards(cards, hardware.cards());
    hardware.fans().forEach(tree::fan);
    hardware.supplies().forEach(tree::supply);
    hardware.disks().forEach(tree::disk);
    sensors.forEach(tree::sensor);
    return List.copyOf(tree.parts.values());
  }

  /**
   * Whether the same parts come of both, apart from what they read. Cheaper than making them, which
   * a poll of each second would have to.
   */
  @SuppressWarnings("ReferenceEquality") // most rows are the same instances
  static boolean sameSensors(List<SensorRow> before, List<SensorRow> now) {
    if (before.size() != now.size()) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      SensorRow a = before.get(i);
      SensorRow b = now.get(i);
      if (a != b
          && (a.chassis() != b.chassis()
              || a.slot() != b.slot()
              || a.sensor() != b.sensor()
              || !a.name().equals(b.name()))) {
        return false;
      }
    }
    return true;
  }

  private void add(EntityRow row) {
    if (row.index() != 0) {
      parts.putIfAbsent(row.index(), row);
    }
  }

  private int chassis(int chassis) {
    int index = EntityIndex.chassis(chassis);
    if (!parts.containsKey(index)) {
      add(
          new EntityRow(
              index,
              EntityIndex.CABINET,
              EntityRow.Kind.CHASSIS,
              chassis,
              String.valueOf(chassis),
              NONE,
              NONE,
              NONE,
              NONE,
              "chassis " + chassis));
    }
    return index;
  }

  private int slot(int chassis, int slot) {
    int index = EntityIndex.slot(chassis, slot);
    if (!parts.containsKey(index)) {
      add(
          new EntityRow(
              index,
              chassis(chassis),
              EntityRow.Kind.SLOT,
              slot,
              chassis + "." + slot,
              NONE,
              NONE,
              NONE,
              NONE,
              NONE));
    }
    return index;
  }

  private void cards(List<CardRow> cards, List<CardHardwareRow> details) {
    var makers = new HashMap<Integer, String>();
    details.forEach(d -> makers.put(EntityIndex.card(d.chassis(), d.slot()), d.manufacturer()));
    for (CardRow card : cards) {
      int slot = slot(card.chassis(), card.slot());
      if (card.state() != CardState.ABSENT) {
        int index = EntityIndex.card(card.chassis(), card.slot());
        add(
            new EntityRow(
                index,
                slot,
                EntityRow.Kind.CARD,
                1,
                card.chassis() + "." + card.slot(),
                card.softwareVersion(),
                card.serialNumber(),
                makers.getOrDefault(index, NONE),
                card.model(),
                "card " + card.chassis() + "." + card.slot()));
      }
    }
  }

  /** The card; its slot where the card itself is not known to be there. */
  private int holder(int chassis, int slot) {
    int card = EntityIndex.card(chassis, slot);
    return parts.containsKey(card) ? card : slot(chassis, slot);
  }

  private void fan(FanRow fan) {
    String source = "chassis " + fan.chassis() + " " + fan.name();
    int index = EntityIndex.fan(fan.chassis(), fan.fan());
    byName.put(source, index);
    add(
        new EntityRow(
            index,
            chassis(fan.chassis()),
            EntityRow.Kind.FAN,
            fan.fan(),
            fan.chassis() + " " + fan.name(),
            NONE,
            NONE,
            NONE,
            NONE,
            source));
  }

  private void supply(SupplyRow supply) {
    String source = "chassis " + supply.chassis() + " " + supply.name();
    int index = EntityIndex.supply(supply.chassis(), supply.supply());
    byName.put(source, index);
    add(
        new EntityRow(
            index,
            chassis(supply.chassis()),
            EntityRow.Kind.SUPPLY,
            supply.supply(),
            supply.chassis() + " " + supply.name(),
            NONE,
            supply.serialNumber(),
            NONE,
            NONE,
            source));
  }

  private void disk(DiskRow disk) {
    add(
        new EntityRow(
            EntityIndex.disk(disk.chassis(), disk.slot(), disk.disk()),
            holder(disk.chassis(), disk.slot()),
            EntityRow.Kind.DISK,
            disk.disk(),
            disk.name(),
            NONE,
            disk.serialNumber(),
            NONE,
            disk.description(),
            "card " + disk.chassis() + "." + disk.slot() + " disk " + disk.disk()));
  }

  private void sensor(SensorRow sensor) {
    int index = EntityIndex.sensor(sensor.chassis(), sensor.slot(), sensor.sensor());
    if (index == 0) {
      return;
    }
    String source = source(sensor);
    int parent =
        sensor.slot() > 0
            ? holder(sensor.chassis(), sensor.slot())
            : owner(source, chassis(sensor.chassis()));
    String where =
        sensor.slot() > 0 ? sensor.chassis() + "." + sensor.slot() : "" + sensor.chassis();
    add(
        new EntityRow(
            index,
            parent,
            EntityRow.Kind.SENSOR,
            sensor.sensor(),
            where + " " + sensor.name(),
            NONE,
            NONE,
            NONE,
            NONE,
            source));
  }

  static String source(SensorRow sensor) {
    return sensor.slot() > 0
        ? "card " + sensor.chassis() + "." + sensor.slot() + " " + sensor.name()
        : "chassis " + sensor.chassis() + " " + sensor.name();
  }

  /** {@code supply.1.volts} belongs to {@code supply.1}. */
  private int owner(String source, int otherwise) {
    Integer whole = byName.get(source);
    int dot = source.lastIndexOf('.');
    Integer part = dot < 0 ? null : byName.get(source.substring(0, dot));
    return whole != null ? whole : part != null ? part : otherwise;
  }

  /** Pairs of entPhysicalContainsTable, by parent and child. */
  static List<Containment> containment(List<EntityRow> parts) {
    var pairs = new ArrayList<Containment>(parts.size());
    for (EntityRow part : parts) {
      if (part.parent() != 0) {
        pairs.add(new Containment(part.parent(), part.index()));
      }
    }
    pairs.sort(Comparator.comparingInt(Containment::parent).thenComparingInt(Containment::child));
    return List.copyOf(pairs);
  }

  /** What contains what. */
  record Containment(int parent, int child) {}

  /** Sensors that {@link EntityIndex} has a place for; the same list where that is all of them. */
  static List<SensorRow> indexed(List<SensorRow> sensors) {
    return sensors.stream()
            .allMatch(s -> EntityIndex.sensor(s.chassis(), s.slot(), s.sensor()) != 0)
        ? sensors
        : sensors.stream()
            .filter(s -> EntityIndex.sensor(s.chassis(), s.slot(), s.sensor()) != 0)
            .toList();
  }
}
