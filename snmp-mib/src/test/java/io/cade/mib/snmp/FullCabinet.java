package io.cade.mib.snmp;

import io.cade.mib.AlarmDetailRow;
import io.cade.mib.AlarmRow;
import io.cade.mib.AlarmRows;
import io.cade.mib.BackendRow;
import io.cade.mib.BillingRow;
import io.cade.mib.BootCounterRow;
import io.cade.mib.BudgetState;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.CardRole;
import io.cade.mib.CardRow;
import io.cade.mib.CardVersionRow;
import io.cade.mib.ChassisRow;
import io.cade.mib.DiskRow;
import io.cade.mib.DiskState;
import io.cade.mib.FanRow;
import io.cade.mib.HandleState;
import io.cade.mib.HardwareRows;
import io.cade.mib.HostSnapshot;
import io.cade.mib.ImageRow;
import io.cade.mib.InterfaceRow;
import io.cade.mib.LeaseRow;
import io.cade.mib.LeaseRows;
import io.cade.mib.MirrorRow;
import io.cade.mib.MirrorState;
import io.cade.mib.NotificationLog;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.PowerCommand;
import io.cade.mib.PowerRow;
import io.cade.mib.ProxyBackendRow;
import io.cade.mib.ProxyRow;
import io.cade.mib.ProxyStatisticsRow;
import io.cade.mib.RolloutRow;
import io.cade.mib.RolloutStage;
import io.cade.mib.SensorRow;
import io.cade.mib.ServiceDetailRow;
import io.cade.mib.ServiceRow;
import io.cade.mib.SlotPresence;
import io.cade.mib.SlotRow;
import io.cade.mib.SoftwareRows;
import io.cade.mib.StorageRow;
import io.cade.mib.SupplyRow;
import io.cade.mib.SuppressedRow;
import io.cade.mib.SwapRow;
import io.cade.mib.Switch;
import io.cade.mib.ThresholdLevel;
import io.cade.mib.ThresholdRow;
import io.cade.mib.TrafficRows;
import io.cade.mib.UnitState;
import io.cade.mib.VersionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A {@link FixtureView} with hardware in detail, traffic, software and host. Thread-safe. */
final class FullCabinet implements CabinetView {
  static final Instant NOW = FixtureView.NOW;

  final FixtureView view;
  volatile HardwareRows hardware = HardwareRows.NONE;
  volatile HostSnapshot host = HostSnapshot.NONE;
  volatile NotificationLog log = NotificationLog.NONE;

  private FullCabinet(FixtureView view) {
    this.view = view;
  }

  static FullCabinet of(int chassisCount, int slots, int sensorsPerCard) {
    var full = new FullCabinet(FixtureView.of(chassisCount, slots, sensorsPerCard));
    full.hardware = hardware(full.view, chassisCount, slots);
    full.host = computer();
    return full;
  }

  private static HardwareRows hardware(FixtureView view, int chassisCount, int slots) {
    var slotRows = new ArrayList<SlotRow>();
    var cards = new ArrayList<CardHardwareRow>();
    var fans = new ArrayList<FanRow>();
    var supplies = new ArrayList<SupplyRow>();
    var disks = new ArrayList<DiskRow>();
    var mirrors = new ArrayList<MirrorRow>();
    var powers = new ArrayList<PowerRow>();
    for (int c = 1; c <= chassisCount; c++) {
      fans.add(new FanRow(c, 1, "fan 1", UnitState.OK, 5400, 40, "", NOW));
      supplies.add(
          new SupplyRow(
              c, 1, "supply.1", UnitState.OK, "PS" + c, 800, 400_000, 12_000, 33_333, NOW));
      powers.add(
          new PowerRow(c, BudgetState.NOT_REDUNDANT, 760, 0, 600, 400_000, slots, 0, "automatic"));
      for (int s = 1; s <= slots; s++) {
        slotRows.add(
            new SlotRow(
                c,
                s,
                true,
                SlotPresence.PRESENT,
                HandleState.CLOSED,
                Switch.OFF,
                Switch.ON,
                Switch.OFF,
                1,
                NOW.minusSeconds(3600)));
        cards.add(cardHardware(c, s));
        for (int d = 0; d < 2; d++) {
          disks.add(new DiskRow(c, s, d, "sda 80 GB", "D" + c + s + d, DiskState.HEALTHY, 100));
        }
        mirrors.add(new MirrorRow(c, s, MirrorState.HEALTHY, 2, 2, 100));
      }
    }
    var thresholds =
        view.sensors.stream()
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
        slotRows,
        cards,
        thresholds,
        fans,
        supplies,
        disks,
        mirrors,
        powers,
        List.of(
            new SwapRow(
                1,
                1,
                2,
                NOW.minusSeconds(3600),
                "02:00:00:00:00:07",
                "02:00:00:00:01:02",
                "OLD",
                "SN1-2")));
  }

  private static CardHardwareRow cardHardware(int chassis, int slot) {
    return new CardHardwareRow(
        chassis,
        slot,
        true,
        CardRole.SERVER,
        "Acme",
        4,
        8L << 30,
        2,
        "Linux 6.12",
        "0.1.0",
        PowerCommand.ON,
        Switch.ON,
        60,
        31_500,
        NOW.minusSeconds(600),
        "its services run",
        1,
        "shop",
        false,
        "",
        0,
        42,
        2,
        0,
        0);
  }

  private static HostSnapshot computer() {
    return new HostSnapshot(
        NOW,
        Duration.ofHours(5),
        120,
        32_768,
        4_000_000,
        List.of(
            new StorageRow(1, StorageRow.Kind.RAM, "Physical memory", 1024, 4_000_000, 1_000_000)),
        List.of(12, 7),
        "processor",
        List.of(
            new InterfaceRow(
                2,
                "eth0",
                6,
                1500,
                10_000_000_000L,
                "02:00:00:00:00:99",
                true,
                1,
                false,
                "uplink",
                6_000_000_000L,
                1_000,
                10,
                1,
                2,
                7_000_000_000L,
                2_000,
                3,
                4,
                1,
                null)),
        new HostSnapshot.Program(4711, "cade engine", "/usr/bin/java", 12_300, 160_000));
  }

  @Override
  public CabinetFacts cabinet() {
    return view.cabinet();
  }

  @Override
  public List<ChassisRow> chassis() {
    return view.chassis;
  }

  @Override
  public List<CardRow> cards() {
    return view.cards;
  }

  @Override
  public List<SensorRow> sensors() {
    return view.sensors;
  }

  @Override
  public List<ServiceRow> services() {
    return view.services;
  }

  @Override
  public List<BackendRow> backends() {
    return view.backends;
  }

  @Override
  public List<ProxyRow> proxies() {
    return view.proxies;
  }

  @Override
  public List<BootCounterRow> bootCounters() {
    return view.bootCounters();
  }

  @Override
  public List<AlarmRow> activeAlarms() {
    return view.alarms;
  }

  @Override
  public AlarmRows alarms() {
    return new AlarmRows(
        view.alarms.stream()
            .map(a -> new AlarmDetailRow(a.sequence(), "", null, "cardLost card 1.1", ""))
            .toList(),
        List.of(
            new SuppressedRow(
                1,
                "card 1.2",
                "cardLost",
                PerceivedSeverity.MAJOR,
                "silent",
                "chassisLost chassis 1",
                NOW)),
        2,
        5);
  }

  @Override
  public HardwareRows hardware() {
    return hardware;
  }

  @Override
  public TrafficRows traffic() {
    return new TrafficRows(
        List.of(
            new BillingRow(
                3, "shop", NOW.minusSeconds(90), null, 10, 1, 2, 300, 5_000_000_000L, 4, 50)),
        List.of(new ProxyStatisticsRow(1, 5, 1, 2, 1, 0, 9, 0)),
        List.of(new ProxyBackendRow(1, 3, 1, 1, true, "", 5, 1, 2)));
  }

  @Override
  public SoftwareRows software() {
    return new SoftwareRows(
        List.of(
            new ImageRow(
                77,
                "card",
                "1.4.2",
                12,
                "x86_64",
                true,
                10,
                1_000,
                3,
                "sha256:ab",
                "maker",
                NOW,
                NOW,
                "operator")),
        List.of(
            new CardVersionRow(
                1, 1, "card", "1.4.2", "0.1.0", "Linux 6.12", VersionState.IN_USE, NOW)),
        List.of(new RolloutRow(3, 2, 4, 4, RolloutStage.PROVING, "1.2", 1, "", "operator", NOW)));
  }

  @Override
  public List<ServiceDetailRow> serviceDetails() {
    return List.of(new ServiceDetailRow(3, "static-site", NOW, "", 4_096, 2, 0, 0));
  }

  @Override
  public LeaseRows leases() {
    return new LeaseRows(
        List.of(new LeaseRow(1, 1, "02:00:00:00:01:01", NOW, NOW.plusSeconds(600))), 4);
  }

  @Override
  public HostSnapshot host() {
    return host;
  }

  @Override
  public NotificationLog notificationLog() {
    return log;
  }
}
