package io.cade.engine.snmp;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.Cabinet;
import io.cade.engine.observe.Observed;
import io.cade.mib.AlarmRow;
import io.cade.mib.AlarmRows;
import io.cade.mib.BackendRow;
import io.cade.mib.BootCounterRow;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.CardRow;
import io.cade.mib.ChassisRow;
import io.cade.mib.DiskRow;
import io.cade.mib.HardwareRows;
import io.cade.mib.HostSnapshot;
import io.cade.mib.LeaseRows;
import io.cade.mib.ProxyRow;
import io.cade.mib.SensorRow;
import io.cade.mib.ServiceDetailRow;
import io.cade.mib.ServiceRow;
import io.cade.mib.SoftwareRows;
import io.cade.mib.SupplyRow;
import io.cade.mib.TrafficRows;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Derives the tables of one moment and keeps of the last moment what has not changed. Not
 * thread-safe.
 */
final class EngineTables {
  private final Function<Cabinet, SensorLimits> limits;
  private final CardTables cards = new CardTables();
  private final ChassisTables chassis = new ChassisTables();
  private final PowerTables power = new PowerTables();
  private final SensorTables sensors = new SensorTables();
  private final ServiceTables services = new ServiceTables();
  private final ProxyTables proxies = new ProxyTables();
  private final Memo<AlarmIndex> alarmIndex = new Memo<>();
  private final Memo<Bound> boundCards = new Memo<>();
  private final Memo<List<AlarmRow>> alarms = new Memo<>();
  private final Memo<HardwareRows> hardware = new Memo<>();

  private final Memo<AlarmRows> alarmRows = new Memo<>();

  EngineTables(Function<Cabinet, SensorLimits> limits) {
    this.limits = limits;
  }

  /**
   * What the model does not hold.
   *
   * @param refusals of each proxy by reason
   */
  record Surroundings(
      CabinetFacts facts,
      List<BootCounterRow> bootCounters,
      Map<CardPosition, Map<String, Long>> refusals,
      HostSnapshot host) {}

  /** All tables of one moment. */
  CabinetView of(Cabinet cabinet, Observed observed, Surroundings around) {
    AlarmIndex index = alarmIndex.of(() -> new AlarmIndex(cabinet.alarms()), cabinet.alarms());
    Bound bound = boundCards.of(() -> new Bound(cabinet.services()), cabinet.services());
    SensorTables.Rows read = sensors.of(cabinet, observed, index, limits.apply(cabinet));
    List<ChassisRow> chassisRows = chassis.chassis(cabinet, observed, index);
    return new Moment(
        around,
        chassisRows,
        cards.cards(cabinet, observed, bound),
        read.sensors(),
        services.services(cabinet),
        services.backends(cabinet),
        proxies.proxies(cabinet, observed),
        alarms.of(() -> SnmpRows.alarms(cabinet), cabinet.alarms()),
        hardware(cabinet, observed, index, bound, read, chassisRows),
        new TrafficRows(
            services.billing(cabinet),
            proxies.statistics(cabinet, observed, around.refusals()),
            proxies.backends(cabinet, observed)),
        new SoftwareRows(
            services.images(cabinet), cards.versions(cabinet), services.rollouts(cabinet)),
        services.details(cabinet, index),
        new LeaseRows(cards.leases(cabinet), cabinet.poolLeases().size()),
        alarmRows.of(() -> AlarmTables.of(cabinet), cabinet.alarms(), cabinet.alarmState()));
  }

  private HardwareRows hardware(
      Cabinet cabinet,
      Observed observed,
      AlarmIndex index,
      Bound bound,
      SensorTables.Rows read,
      List<ChassisRow> chassisRows) {
    List<CardHardwareRow> cardRows = cards.hardware(cabinet, observed, bound, index, read);
    List<SupplyRow> supplyRows = power.supplies(observed, index);
    List<DiskRow> diskRows = chassis.disks(cabinet, observed);
    var now =
        new HardwareRows(
            chassis.slots(cabinet, observed, bound),
            cardRows,
            read.thresholds(),
            power.fans(observed, index),
            supplyRows,
            diskRows,
            chassis.mirrors(diskRows),
            power.powers(cabinet, observed, chassisRows, cardRows, supplyRows),
            chassis.swaps(cabinet));
    return hardware.of(
        () -> now,
        now.slots(),
        now.cards(),
        now.thresholds(),
        now.fans(),
        now.supplies(),
        now.disks(),
        now.mirrors(),
        now.powers(),
        now.swaps());
  }

  private record Moment(
      Surroundings around,
      List<ChassisRow> chassis,
      List<CardRow> cards,
      List<SensorRow> sensors,
      List<ServiceRow> services,
      List<BackendRow> backends,
      List<ProxyRow> proxies,
      List<AlarmRow> activeAlarms,
      HardwareRows hardware,
      TrafficRows traffic,
      SoftwareRows software,
      List<ServiceDetailRow> serviceDetails,
      LeaseRows leases,
      AlarmRows alarms)
      implements CabinetView {
    @Override
    public CabinetFacts cabinet() {
      return around.facts();
    }

    @Override
    public List<BootCounterRow> bootCounters() {
      return around.bootCounters();
    }

    @Override
    public HostSnapshot host() {
      return around.host();
    }
  }
}
