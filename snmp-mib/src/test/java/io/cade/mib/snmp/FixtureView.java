package io.cade.mib.snmp;

import io.cade.mib.AlarmRow;
import io.cade.mib.BackendRow;
import io.cade.mib.BackendState;
import io.cade.mib.BootCounterGroup;
import io.cade.mib.BootCounterRow;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.CardRow;
import io.cade.mib.CardState;
import io.cade.mib.ChassisRow;
import io.cade.mib.ChassisState;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.ProbableCause;
import io.cade.mib.ProxyRole;
import io.cade.mib.ProxyRow;
import io.cade.mib.ProxyState;
import io.cade.mib.SensorRow;
import io.cade.mib.SensorStatus;
import io.cade.mib.SensorType;
import io.cade.mib.ServicePhase;
import io.cade.mib.ServiceRow;
import io.cade.mib.ServiceState;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A written cabinet whose tables a test replaces as a whole, as the engine does. Thread-safe. */
final class FixtureView implements CabinetView {
  static final Instant NOW = Instant.parse("2026-11-21T10:20:30.400Z");

  volatile CabinetFacts cabinet =
      new CabinetFacts("cabinet-7", "0.1.0", Instant.parse("2026-11-21T10:00:00Z"), 41);
  volatile List<ChassisRow> chassis = List.of();
  volatile List<CardRow> cards = List.of();
  volatile List<SensorRow> sensors = List.of();
  volatile List<ServiceRow> services = List.of();
  volatile List<BackendRow> backends = List.of();
  volatile List<ProxyRow> proxies = List.of();
  volatile List<AlarmRow> alarms = List.of();
  volatile @Nullable RuntimeException failure;

  /** A cabinet with everything in it. */
  static FixtureView of(int chassisCount, int slots, int sensorsPerCard) {
    var view = new FixtureView();
    var chassis = new ArrayList<ChassisRow>();
    var cards = new ArrayList<CardRow>();
    var sensors = new ArrayList<SensorRow>();
    for (int c = 1; c <= chassisCount; c++) {
      chassis.add(new ChassisRow(c, ChassisState.NORMAL, slots, 1));
      sensors.add(sensor(c, 0, 1, "fan 1", SensorType.RPM, 5400, 0));
      for (int s = 1; s <= slots; s++) {
        cards.add(card(c, s, CardState.RUNNING));
        for (int n = 1; n <= sensorsPerCard; n++) {
          sensors.add(sensor(c, s, n, "inlet " + n, SensorType.CELSIUS, 41.5, 1));
        }
      }
    }
    view.chassis = List.copyOf(chassis);
    view.cards = List.copyOf(cards);
    view.sensors = List.copyOf(sensors);
    view.services =
        List.of(
            new ServiceRow(
                3,
                "shop",
                List.of("www.shop.example", "shop.example"),
                ServicePhase.COMPLETE,
                ServiceState.RUNNING,
                2,
                2));
    view.backends = List.of(new BackendRow(3, 1, 1, BackendState.UP, NOW.minusSeconds(60)));
    view.proxies =
        List.of(
            new ProxyRow(
                1,
                "balancer",
                ProxyRole.LOAD_BALANCER,
                ProxyState.RUNNING,
                9,
                4,
                5_000_000_000L,
                NOW.minusSeconds(2)),
            new ProxyRow(2, "proxy-1", ProxyRole.PROXY, ProxyState.UNKNOWN, 0, 0, 0, null));
    view.alarms =
        List.of(
            alarm(17, PerceivedSeverity.MINOR), alarm(4_000_000_000L, PerceivedSeverity.CRITICAL));
    return view;
  }

  static CardRow card(int chassis, int slot, CardState state) {
    return new CardRow(
        chassis,
        slot,
        state,
        "02:00:00:00:%02x:%02x".formatted(chassis, slot),
        address(127, 1, chassis, slot),
        "SN" + chassis + "-" + slot,
        "SC-12",
        "1.4.2",
        "shop",
        NOW.minusSeconds(5));
  }

  static SensorRow sensor(
      int chassis,
      int slot,
      int index,
      String name,
      SensorType type,
      double reading,
      int precision) {
    return SensorRow.of(
        chassis, slot, index, name, type, reading, precision, SensorStatus.OK, NOW.minusSeconds(1));
  }

  static AlarmRow alarm(long sequence, PerceivedSeverity severity) {
    return new AlarmRow(
        sequence,
        "card 1.3",
        "card-missing",
        severity,
        ProbableCause.REPLACEABLE_UNIT_MISSING,
        "Card 1.3 was pulled: put a card in chassis 1, slot 3",
        NOW.minusSeconds(30));
  }

  static InetAddress address(int... octets) {
    byte[] raw = new byte[octets.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) octets[i];
    }
    try {
      return InetAddress.getByAddress(raw);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public CabinetFacts cabinet() {
    if (failure != null) {
      throw failure;
    }
    return cabinet;
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
    return proxies;
  }

  @Override
  public List<BootCounterRow> bootCounters() {
    return List.of(
        new BootCounterRow(BootCounterGroup.DHCP, 1, "acked", 28),
        new BootCounterRow(BootCounterGroup.BOOT_HTTP, 2, "refusedName", Long.MAX_VALUE));
  }

  @Override
  public List<AlarmRow> activeAlarms() {
    return alarms;
  }
}
