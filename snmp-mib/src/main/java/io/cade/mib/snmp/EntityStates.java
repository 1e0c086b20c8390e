package io.cade.mib.snmp;

import io.cade.mib.AlarmRow;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.CardRow;
import io.cade.mib.ChassisRow;
import io.cade.mib.DiskRow;
import io.cade.mib.FanRow;
import io.cade.mib.HardwareRows;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.PowerCommand;
import io.cade.mib.SensorRow;
import io.cade.mib.SensorStatus;
import io.cade.mib.SlotPresence;
import io.cade.mib.SlotRow;
import io.cade.mib.SupplyRow;
import io.cade.mib.UnitState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The states of entStateTable (RFC 4268) from the tables of the cabinet. An alarm counts for the
 * part that it names, not for what contains that part, as the RFC has it. Pure.
 */
final class EntityStates {
  /** EntityAdminState, EntityOperState, EntityUsageState, EntityStandbyStatus (RFC 4268). */
  static final int UNKNOWN = 1;

  static final int LOCKED = 2;
  static final int SHUTTING_DOWN = 3;
  static final int UNLOCKED = 4;
  static final int DISABLED = 2;
  static final int ENABLED = 3;
  static final int IDLE = 2;
  static final int ACTIVE = 3;
  static final int COLD_STANDBY = 3;
  static final int PROVIDING_SERVICE = 4;

  /**
   * A row of entStateTable.
   *
   * @param changed when a state changed last, null if unknown
   * @param alarms the octet of EntityAlarmStatus
   */
  record Row(
      int index,
      @Nullable Instant changed,
      int admin,
      int oper,
      int usage,
      byte alarms,
      int standby) {}

  private record State(@Nullable Instant changed, int admin, int oper, int usage, int standby) {
    static State oper(int oper) {
      return new State(
          null,
          UNLOCKED,
          oper,
          oper == ENABLED ? ACTIVE : UNKNOWN,
          oper == ENABLED ? PROVIDING_SERVICE : UNKNOWN);
    }
  }

  private final Map<Integer, State> states = new HashMap<>();

  private EntityStates() {}

  static List<Row> of(
      List<EntityRow> parts,
      List<ChassisRow> chassis,
      List<CardRow> cards,
      List<SensorRow> sensors,
      HardwareRows hardware,
      List<AlarmRow> alarms) {
    var all = new EntityStates();
    chassis.forEach(all::chassis);
    hardware.slots().forEach(all::slot);
    var details = new HashMap<Integer, CardHardwareRow>();
    hardware.cards().forEach(d -> details.put(EntityIndex.card(d.chassis(), d.slot()), d));
    cards.forEach(c -> all.card(c, details.get(EntityIndex.card(c.chassis(), c.slot()))));
    sensors.forEach(all::sensor);
    hardware.fans().forEach(all::fan);
    hardware.supplies().forEach(all::supply);
    hardware.disks().forEach(all::disk);
    Map<String, Byte> bits = new HashMap<>();
    alarms.forEach(a -> bits.merge(a.source(), bit(a.severity()), (x, y) -> (byte) (x | y)));
    var rows = new ArrayList<Row>(parts.size());
    State enabled = State.oper(ENABLED);
    for (EntityRow part : parts) {
      State s = all.states.getOrDefault(part.index(), enabled);
      byte alarm = bits.isEmpty() ? 0 : bits.getOrDefault(part.source(), (byte) 0);
      rows.add(new Row(part.index(), s.changed, s.admin, s.oper, s.usage, alarm, s.standby));
    }
    return List.copyOf(rows);
  }

  private void chassis(ChassisRow chassis) {
    int index = EntityIndex.chassis(chassis.chassis());
    switch (chassis.state()) {
      case NORMAL, DEGRADED -> states.put(index, State.oper(ENABLED));
      case FAILED -> states.put(index, State.oper(DISABLED));
      case OFF -> states.put(index, new State(null, LOCKED, DISABLED, UNKNOWN, UNKNOWN));
      case UNKNOWN -> states.put(index, State.oper(UNKNOWN));
    }
  }

  private void slot(SlotRow slot) {
    int usage =
        slot.presence() == SlotPresence.UNKNOWN
            ? UNKNOWN
            : slot.presence() == SlotPresence.PRESENT ? ACTIVE : IDLE;
    states.put(
        EntityIndex.slot(slot.chassis(), slot.slot()),
        new State(slot.lastSwap(), UNLOCKED, ENABLED, usage, UNKNOWN));
  }

  private void card(CardRow card, @Nullable CardHardwareRow detail) {
    boolean off = detail != null && detail.powerAdmin() == PowerCommand.OFF;
    boolean drained = detail != null && detail.drained();
    int admin = off ? LOCKED : drained ? SHUTTING_DOWN : UNLOCKED;
    int oper =
        switch (card.state()) {
          case ABSENT, OFF, BOOTING, FAILED, QUARANTINED -> DISABLED;
          case AVAILABLE, ASSIGNED, RUNNING, DEGRADED, UPDATING -> ENABLED;
        };
    int usage =
        switch (card.state()) {
          case RUNNING, DEGRADED, ASSIGNED, UPDATING -> ACTIVE;
          case AVAILABLE -> IDLE;
          case ABSENT, OFF, BOOTING, FAILED, QUARANTINED -> UNKNOWN;
        };
    int standby =
        switch (card.state()) {
          case RUNNING, DEGRADED -> PROVIDING_SERVICE;
          // A spare runs and has nothing set up: it needs provisioning before it can take over.
          case AVAILABLE -> COLD_STANDBY;
          case ASSIGNED, UPDATING, ABSENT, OFF, BOOTING, FAILED, QUARANTINED -> UNKNOWN;
        };
    states.put(
        EntityIndex.card(card.chassis(), card.slot()),
        new State(detail == null ? null : detail.stateSince(), admin, oper, usage, standby));
  }

  private void sensor(SensorRow sensor) {
    if (sensor.status() == SensorStatus.UNAVAILABLE) {
      states.put(
          EntityIndex.sensor(sensor.chassis(), sensor.slot(), sensor.sensor()),
          State.oper(DISABLED));
    }
  }

  private void fan(FanRow fan) {
    states.put(EntityIndex.fan(fan.chassis(), fan.fan()), State.oper(oper(fan.state())));
  }

  private void supply(SupplyRow supply) {
    states.put(
        EntityIndex.supply(supply.chassis(), supply.supply()), State.oper(oper(supply.state())));
  }

  private static int oper(UnitState state) {
    return switch (state) {
      case OK, WARNING -> ENABLED;
      case FAILED, ABSENT -> DISABLED;
      case UNKNOWN -> UNKNOWN;
    };
  }

  private void disk(DiskRow disk) {
    int oper =
        switch (disk.state()) {
          case HEALTHY, REBUILDING -> ENABLED;
          case FAILED, MISSING -> DISABLED;
          case UNKNOWN -> UNKNOWN;
        };
    states.put(EntityIndex.disk(disk.chassis(), disk.slot(), disk.disk()), State.oper(oper));
  }

  /** Bits are counted from the left: unknown(0), underRepair(1), critical(2), major(3), … */
  private static byte bit(PerceivedSeverity severity) {
    return switch (severity) {
      case CRITICAL -> 1 << (7 - 2);
      case MAJOR -> 1 << (7 - 3);
      case MINOR -> 1 << (7 - 4);
      case WARNING -> 1 << (7 - 5);
      case INDETERMINATE -> 1 << (7 - 6);
      case CLEARED -> 0;
    };
  }
}
