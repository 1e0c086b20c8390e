package io.cade.mib.snmp;

import io.cade.mib.AlarmRow;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.CardRow;
import io.cade.mib.ChassisRow;
import io.cade.mib.HardwareRows;
import io.cade.mib.HostSnapshot;
import io.cade.mib.InterfaceRow;
import io.cade.mib.SensorRow;
import io.cade.mib.StorageRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of the standard modules about hardware and host. What has not changed is kept: the
 * parts of a cabinet change when a technician works on it, its readings every second. Owned by the
 * SNMP thread.
 */
final class StandardBlocks {
  /** What the parts were made of, by identity but for the sensors' readings. */
  @SuppressWarnings("ReferenceEquality") // immutable lists, the same while nothing changes
  private record Origin(
      CabinetFacts facts,
      List<ChassisRow> chassis,
      List<CardRow> cards,
      List<SensorRow> sensors,
      HardwareRows hardware) {

    boolean sameParts(Origin now) {
      return facts.name().equals(now.facts.name())
          && facts.softwareVersion().equals(now.facts.softwareVersion())
          && chassis == now.chassis
          && sameCards(cards, now.cards)
          && sameMakers(hardware.cards(), now.hardware.cards())
          && hardware.slots() == now.hardware.slots()
          && hardware.fans().size() == now.hardware.fans().size()
          && hardware.supplies().size() == now.hardware.supplies().size()
          && hardware.disks() == now.hardware.disks()
          && EntityTree.sameSensors(sensors, now.sensors);
    }

    /** A report alters a card's row each few seconds, but not what ENTITY-MIB shows of it. */
    private static boolean sameCards(List<CardRow> before, List<CardRow> now) {
      if (before == now) {
        return true;
      }
      if (before.size() != now.size()) {
        return false;
      }
      for (int i = 0; i < now.size(); i++) {
        CardRow a = before.get(i);
        CardRow b = now.get(i);
        if (a != b
            && (a.chassis() != b.chassis()
                || a.slot() != b.slot()
                || a.state() != b.state()
                || !a.serialNumber().equals(b.serialNumber())
                || !a.model().equals(b.model())
                || !a.softwareVersion().equals(b.softwareVersion()))) {
          return false;
        }
      }
      return true;
    }

    private static boolean sameMakers(List<CardHardwareRow> before, List<CardHardwareRow> now) {
      if (before == now) {
        return true;
      }
      if (before.size() != now.size()) {
        return false;
      }
      for (int i = 0; i < now.size(); i++) {
        if (!before.get(i).manufacturer().equals(now.get(i).manufacturer())) {
          return false;
        }
      }
      return true;
    }
  }

  private final TableBlock.Shape<SensorRow> sensorShape;
  private TableBlock<EntityRow> physical = new TableBlock<>(EntityShapes.physical(), List.of());
  private TableBlock<EntityTree.Containment> contains =
      new TableBlock<>(EntityShapes.contains(), List.of());
  private TableBlock<SensorRow> sensors;
  private TableBlock<EntityStates.Row> states = new TableBlock<>(EntityShapes.states(), List.of());
  private List<EntityRow> parts = List.of();
  private List<EntityStates.Row> stateRows = List.of();
  private List<AlarmRow> alarms = List.of();
  private List<SensorRow> indexed = List.of();
  private @Nullable Origin origin;
  private Duration entityChange = Duration.ZERO;

  private TableBlock<InterfaceRow> interfaces;
  private TableBlock<InterfaceRow> interfacesX =
      new TableBlock<>(HostShapes.interfacesX(), List.of());
  private TableBlock<InterfaceRow> networks = new TableBlock<>(HostShapes.networks(), List.of());
  private TableBlock<StorageRow> storage = new TableBlock<>(HostShapes.storage(), List.of());
  private HostSnapshot host = HostSnapshot.NONE;
  private Duration interfaceChange = Duration.ZERO;

  /** What is read now, in the order of the tree: one part of the tree each. */
  record Frames(
      Frame interfaces,
      Frame host,
      Frame interfacesX,
      Frame entity,
      Frame entitySensor,
      Frame entityState) {}

  /**
   * @param started when sysUpTime was 0
   */
  StandardBlocks(Instant started) {
    this.sensorShape = EntityShapes.sensors(started);
    this.sensors = new TableBlock<>(sensorShape, List.of());
    this.interfaces = new TableBlock<>(HostShapes.interfaces(started), List.of());
  }

  Frames over(CabinetView view, Instant now, Duration upTime) {
    entities(view, upTime);
    HostSnapshot was = host;
    host = view.host();
    if (!names(was).equals(names(host))) {
      interfaceChange = upTime;
    }
    interfaces = interfaces.over(host.interfaces());
    interfacesX = interfacesX.over(host.interfaces());
    networks = networks.over(host.interfaces());
    storage = storage.over(host.storage());
    return new Frames(
        new Frame(now, List.of(HostShapes.interfaceCount(host), interfaces)),
        new Frame(
            now,
            List.of(
                HostShapes.system(host),
                HostShapes.memory(host),
                storage,
                new TableBlock<>(HostShapes.devices(), HostShapes.devices(host)),
                new TableBlock<>(HostShapes.processors(), HostShapes.processors(host)),
                networks,
                new TableBlock<>(HostShapes.running(), HostShapes.running(host)),
                new TableBlock<>(HostShapes.performance(), HostShapes.running(host)))),
        new Frame(now, List.of(interfacesX, HostShapes.interfaceTableChange(interfaceChange))),
        new Frame(now, List.of(physical, contains, EntityShapes.lastChange(entityChange))),
        new Frame(now, List.of(sensors)),
        new Frame(now, List.of(states)));
  }

  private static List<Integer> names(HostSnapshot host) {
    return host.interfaces().stream().map(InterfaceRow::index).toList();
  }

  @SuppressWarnings("ReferenceEquality") // as in Origin
  private void entities(CabinetView view, Duration upTime) {
    var now =
        new Origin(view.cabinet(), view.chassis(), view.cards(), view.sensors(), view.hardware());
    List<AlarmRow> alarmsNow = view.activeAlarms();
    Origin before = origin;
    if (before == null || !before.sameParts(now)) {
      List<EntityRow> next =
          EntityTree.of(
              now.facts.name(),
              now.facts.softwareVersion(),
              now.chassis,
              now.cards,
              now.sensors,
              now.hardware);
      if (!next.equals(parts)) {
        parts = next;
        physical = physical.over(parts);
        contains = contains.over(EntityTree.containment(parts));
        entityChange = upTime;
      }
    }
    if (before == null || before.sensors != now.sensors) {
      indexed = EntityTree.indexed(now.sensors);
      sensors = sensors.over(indexed);
    }
    if (before == null
        || before.sensors != now.sensors
        || before.cards != now.cards
        || before.chassis != now.chassis
        || before.hardware != now.hardware
        || alarmsNow != alarms) {
      List<EntityStates.Row> next =
          EntityStates.of(parts, now.chassis, now.cards, now.sensors, now.hardware, alarmsNow);
      if (!next.equals(stateRows)) {
        stateRows = next;
        states = states.over(next);
      }
    }
    origin = now;
    alarms = alarmsNow;
  }
}
