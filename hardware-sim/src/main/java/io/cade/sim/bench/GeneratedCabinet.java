package io.cade.sim.bench;

import io.cade.mib.AlarmRow;
import io.cade.mib.BackendRow;
import io.cade.mib.BackendState;
import io.cade.mib.BootCounterRow;
import io.cade.mib.BudgetState;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.CardRole;
import io.cade.mib.CardRow;
import io.cade.mib.CardState;
import io.cade.mib.CardVersionRow;
import io.cade.mib.ChassisRow;
import io.cade.mib.ChassisState;
import io.cade.mib.DiskRow;
import io.cade.mib.DiskState;
import io.cade.mib.FanRow;
import io.cade.mib.HandleState;
import io.cade.mib.HardwareRows;
import io.cade.mib.LeaseRow;
import io.cade.mib.LeaseRows;
import io.cade.mib.MirrorRow;
import io.cade.mib.MirrorState;
import io.cade.mib.PowerCommand;
import io.cade.mib.PowerRow;
import io.cade.mib.ProxyRow;
import io.cade.mib.RolloutRow;
import io.cade.mib.RolloutStage;
import io.cade.mib.SensorRow;
import io.cade.mib.SensorStatus;
import io.cade.mib.SensorType;
import io.cade.mib.ServiceDetailRow;
import io.cade.mib.ServicePhase;
import io.cade.mib.ServiceRow;
import io.cade.mib.ServiceState;
import io.cade.mib.SlotPresence;
import io.cade.mib.SlotRow;
import io.cade.mib.SoftwareRows;
import io.cade.mib.SupplyRow;
import io.cade.mib.Switch;
import io.cade.mib.ThresholdLevel;
import io.cade.mib.ThresholdRow;
import io.cade.mib.UnitState;
import io.cade.mib.VersionState;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A full cabinet, or several in one: 20 chassis of 14 cards, 3,000 sensors and 1,000 services each.
 * Sensors of one chassis get new values each time the agent looks, as reports arrive in turn. Owned
 * by the SNMP thread.
 */
final class GeneratedCabinet implements CabinetView {
  private static final int CHASSIS = 20;
  private static final int SLOTS = 14;
  private static final int SENSORS_PER_CHASSIS = 150;
  private static final int SERVICES = 1000;

  /** Fans and supplies of a chassis, of each kind. */
  private static final int UNITS = 4;

  private final int chassisCount;
  private final int serviceCount;
  private final Instant began = Instant.EPOCH.plusSeconds(1_790_000_000);
  private final List<ChassisRow> chassis = new ArrayList<>();
  private final List<CardRow> cards = new ArrayList<>();
  private final List<ServiceRow> services = new ArrayList<>();
  private final List<BackendRow> backends = new ArrayList<>();
  private final List<ServiceDetailRow> details = new ArrayList<>();
  private final LeaseRows leases;
  private final SoftwareRows software;
  private List<SensorRow> sensors = new ArrayList<>();
  private final HardwareRows hardware;
  private int turn;

  GeneratedCabinet(int times) {
    chassisCount = CHASSIS * times;
    serviceCount = SERVICES * times;
    for (int c = 1; c <= chassisCount; c++) {
      chassis.add(new ChassisRow(c, ChassisState.NORMAL, SLOTS, 1));
      for (int s = 1; s <= SLOTS; s++) {
        cards.add(card(c, s));
        backends.add(new BackendRow((c - 1) * SLOTS + s, c, s, BackendState.UP, began));
      }
      for (int n = 0; n < SENSORS_PER_CHASSIS; n++) {
        sensors.add(sensor(c, n, 0));
      }
    }
    for (int i = 1; i <= serviceCount; i++) {
      services.add(
          new ServiceRow(
              i,
              "service-" + i,
              List.of("www.site-" + i + ".example", "site-" + i + ".example"),
              ServicePhase.COMPLETE,
              ServiceState.RUNNING,
              1,
              1));
      details.add(new ServiceDetailRow(i, "static-site", began, "", 4_096, 1, 0, 0));
    }
    sensors = List.copyOf(sensors);
    leases = new LeaseRows(cards.stream().map(this::lease).toList(), 0);
    software =
        new SoftwareRows(
            List.of(),
            cards.stream().map(this::version).toList(),
            services.stream().map(this::rollout).toList());
    hardware = plant();
  }

  private RolloutRow rollout(ServiceRow service) {
    return new RolloutRow(service.index(), 1, 1, 1, RolloutStage.NONE, "", 0, "", "", null);
  }

  private LeaseRow lease(CardRow card) {
    return new LeaseRow(card.chassis(), card.slot(), card.mac(), began, began.plusSeconds(3600));
  }

  private CardVersionRow version(CardRow card) {
    return new CardVersionRow(
        card.chassis(),
        card.slot(),
        "card",
        "1.4.2",
        "0.1.0",
        "Linux 6.12",
        VersionState.IN_USE,
        began);
  }

  /** What the chassis readers see of each chassis: fans, supplies, slots, disks, limits. */
  private HardwareRows plant() {
    var slots = new ArrayList<SlotRow>();
    var detailed = new ArrayList<CardHardwareRow>();
    var fans = new ArrayList<FanRow>();
    var supplies = new ArrayList<SupplyRow>();
    var disks = new ArrayList<DiskRow>();
    var mirrors = new ArrayList<MirrorRow>();
    var powers = new ArrayList<PowerRow>();
    for (int c = 1; c <= chassisCount; c++) {
      for (int n = 1; n <= UNITS; n++) {
        fans.add(new FanRow(c, n, "fan." + n, UnitState.OK, 5400, 40, "", began));
        supplies.add(
            new SupplyRow(
                c, n, "supply." + n, UnitState.OK, "PS", 840, 400_000, 12_000, 33_333, began));
      }
      powers.add(
          new PowerRow(c, BudgetState.REDUNDANT, 3360, 2520, 1200, 800_000, SLOTS, 0, "automatic"));
      for (int s = 1; s <= SLOTS; s++) {
        slots.add(
            new SlotRow(
                c,
                s,
                true,
                SlotPresence.PRESENT,
                HandleState.CLOSED,
                Switch.OFF,
                Switch.ON,
                Switch.OFF,
                0,
                null));
        detailed.add(cardHardware(c, s));
        for (int d = 0; d < 2; d++) {
          disks.add(new DiskRow(c, s, d, "sda 80 GB", "D" + d, DiskState.HEALTHY, 100));
        }
        mirrors.add(new MirrorRow(c, s, MirrorState.HEALTHY, 2, 2, 100));
      }
    }
    List<ThresholdRow> limits =
        sensors.stream()
            .map(s ->
                new ThresholdRow(
                    s.chassis(),
                    s.slot(),
                    s.sensor(),
                    ThresholdRow.NO_LOW,
                    ThresholdRow.NO_LOW,
                    ThresholdRow.NO_LOW,
                    650,
                    750,
                    850,
                    50,
                    1,
                    ThresholdLevel.NORMAL))
            .toList();
    return new HardwareRows(
        slots, detailed, limits, fans, supplies, disks, mirrors, powers, List.of());
  }

  private CardHardwareRow cardHardware(int c, int s) {
    return new CardHardwareRow(
        c,
        s,
        true,
        CardRole.SERVER,
        "Cade",
        4,
        8L << 30,
        2,
        "Linux 6.12",
        "0.1.0",
        PowerCommand.ON,
        Switch.ON,
        60,
        31_500,
        began,
        "its services run",
        1,
        "service-" + s,
        false,
        "",
        0,
        42,
        0,
        0,
        0);
  }

  private CardRow card(int c, int s) {
    return new CardRow(
        c,
        s,
        CardState.RUNNING,
        "02:00:00:%02x:%02x:%02x".formatted(c >> 8, c & 0xFF, s),
        InetAddress.ofLiteral("127." + (1 + (c >> 8)) + "." + (c & 0xFF) + "." + s),
        "SN%05d%02d".formatted(c, s),
        "SC-12",
        "1.4.2",
        "service-" + ((c - 1) * SLOTS + s),
        began);
  }

  /** Ten sensors for each of 14 cards and ten for the chassis itself. */
  private SensorRow sensor(int c, int n, int round) {
    return SensorRow.of(
        c,
        n / 10,
        n % 10 + 1,
        "temperature " + n,
        SensorType.CELSIUS,
        30 + (n + round) % 20,
        1,
        SensorStatus.OK,
        began.plusSeconds(round));
  }

  /** Reports of a chassis have come in: its sensors have other values. */
  @Override
  public CabinetView frozen() {
    turn++;
    int changed = turn % chassisCount + 1;
    var next = new ArrayList<SensorRow>(sensors);
    int from = (changed - 1) * SENSORS_PER_CHASSIS;
    for (int n = 0; n < SENSORS_PER_CHASSIS; n++) {
      next.set(from + n, sensor(changed, n, turn));
    }
    sensors = next;
    return this;
  }

  @Override
  public CabinetFacts cabinet() {
    return new CabinetFacts("bench", "1", began, 41);
  }

  @Override
  public List<ChassisRow> chassis() {
    return chassis;
  }

  @Override
  public List<CardRow> cards() {
    return cards;
  }

  @Override
  public List<SensorRow> sensors() {
    return sensors;
  }

  @Override
  public List<ServiceRow> services() {
    return services;
  }

  @Override
  public List<BackendRow> backends() {
    return backends;
  }

  @Override
  public List<ProxyRow> proxies() {
    return List.of();
  }

  @Override
  public List<BootCounterRow> bootCounters() {
    return List.of();
  }

  @Override
  public List<AlarmRow> activeAlarms() {
    return List.of();
  }

  @Override
  public HardwareRows hardware() {
    return hardware;
  }

  @Override
  public List<ServiceDetailRow> serviceDetails() {
    return details;
  }

  @Override
  public LeaseRows leases() {
    return leases;
  }

  @Override
  public SoftwareRows software() {
    return software;
  }
}
