package io.cade.sim.bench;

import io.cade.mib.AlarmRow;
import io.cade.mib.BackendRow;
import io.cade.mib.BackendState;
import io.cade.mib.BootCounterRow;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.CardRow;
import io.cade.mib.CardState;
import io.cade.mib.ChassisRow;
import io.cade.mib.ChassisState;
import io.cade.mib.ProxyRow;
import io.cade.mib.SensorRow;
import io.cade.mib.SensorStatus;
import io.cade.mib.SensorType;
import io.cade.mib.ServicePhase;
import io.cade.mib.ServiceRow;
import io.cade.mib.ServiceState;
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

  private final int chassisCount;
  private final int serviceCount;
  private final Instant began = Instant.EPOCH.plusSeconds(1_790_000_000);
  private final List<ChassisRow> chassis = new ArrayList<>();
  private final List<CardRow> cards = new ArrayList<>();
  private final List<ServiceRow> services = new ArrayList<>();
  private final List<BackendRow> backends = new ArrayList<>();
  private List<SensorRow> sensors = new ArrayList<>();
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
    }
    sensors = List.copyOf(sensors);
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
}
