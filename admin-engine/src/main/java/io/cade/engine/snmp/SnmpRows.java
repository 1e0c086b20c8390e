package io.cade.engine.snmp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.conduct.Routing;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Lease;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import io.cade.mib.AlarmRow;
import io.cade.mib.BackendRow;
import io.cade.mib.BackendState;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Translates model and observations into rows of the MIB's tables. Pure. */
final class SnmpRows {
  private final Cabinet cabinet;
  private final Observed observed;

  SnmpRows(Cabinet cabinet, Observed observed) {
    this.cabinet = cabinet;
    this.observed = observed;
  }

  List<ChassisRow> chassis() {
    TreeSet<Integer> numbers = new TreeSet<>(observed.chassis().keySet());
    serverCards().forEach(c -> numbers.add(c.position().chassis()));
    List<ChassisRow> rows = new ArrayList<>();
    for (int number : numbers) {
      Observed.ChassisHeard heard = observed.chassis().get(number);
      boolean anyAlive =
          serverCards().stream()
              .anyMatch(c -> c.position().chassis() == number && c.state().isAlive());
      boolean faulty =
          heard != null
              && heard.status().readings().stream()
                  .anyMatch(r -> alarmed("chassis " + number + " " + r.name()));
      ChassisState state =
          heard == null
              ? ChassisState.UNKNOWN
              : !anyAlive
                  ? ChassisState.FAILED
                  : faulty ? ChassisState.DEGRADED : ChassisState.NORMAL;
      rows.add(
          new ChassisRow(
              number,
              state,
              heard == null ? 0 : heard.status().presentSlots().size(),
              heard == null ? 0 : heard.reader().slot()));
    }
    return rows;
  }

  List<CardRow> cards() {
    return serverCards().stream().map(this::card).toList();
  }

  private CardRow card(Card card) {
    CardPosition at = card.position();
    HardwareDescriptor hardware = card.hardware();
    SoftwareDescriptor software = card.software();
    Lease lease = cabinet.leases().get(at);
    Observed.CardHeard heard = observed.cards().get(at);
    List<Service> services = cabinet.servicesOn(at);
    return new CardRow(
        at.chassis(),
        at.slot(),
        CardState.valueOf(card.state().name()),
        card.mac() == null ? "" : String.valueOf(card.mac()),
        lease == null ? null : InetAddress.ofLiteral(lease.address()),
        hardware == null ? "" : hardware.serialNumber(),
        hardware == null ? "" : hardware.model(),
        software == null ? "" : software.imageName() + " " + software.imageVersion(),
        services.isEmpty() ? "" : services.getFirst().name(),
        heard == null ? null : heard.at());
  }

  List<SensorRow> sensors() {
    List<SensorRow> rows = new ArrayList<>();
    observed
        .chassis()
        .forEach((number, heard) ->
            sensors(rows, number, 0, "chassis " + number, heard.status().readings()));
    for (Card card : serverCards()) {
      CardPosition at = card.position();
      Observed.CardHeard heard = observed.cards().get(at);
      if (heard != null && card.state().isAlive()) {
        sensors(rows, at.chassis(), at.slot(), "card " + at, heard.readings());
      }
    }
    rows.sort(
        Comparator.comparingInt(SensorRow::chassis)
            .thenComparingInt(SensorRow::slot)
            .thenComparingInt(SensorRow::sensor));
    return rows;
  }

  private void sensors(
      List<SensorRow> rows, int chassis, int slot, String source, List<SensorReading> readings) {
    // The order of readings on a bus is fixed, so the place in it is a stable index.
    for (int i = 0; i < readings.size(); i++) {
      SensorReading r = readings.get(i);
      boolean ok = r.quality() == SensorReading.Quality.OK;
      SensorStatus status =
          !ok
              ? SensorStatus.UNAVAILABLE
              : alarmed(source + " " + r.name()) ? SensorStatus.CRITICAL : SensorStatus.OK;
      rows.add(
          SensorRow.of(
              chassis,
              slot,
              i + 1,
              r.name(),
              type(r.kind()),
              ok ? r.value() : 0,
              precision(r.kind()),
              status,
              r.at()));
    }
  }

  private boolean alarmed(String source) {
    return cabinet.alarms().keySet().stream().anyMatch(k -> k.source().equals(source));
  }

  private static SensorType type(SensorReading.Kind kind) {
    return switch (kind) {
      case CELSIUS -> SensorType.CELSIUS;
      case RPM -> SensorType.RPM;
      case PERCENT, TRUTH -> SensorType.OTHER;
      case VOLTS -> SensorType.VOLTS_DC;
      case AMPERES -> SensorType.AMPERES;
      case WATTS -> SensorType.WATTS;
    };
  }

  private static int precision(SensorReading.Kind kind) {
    return switch (kind) {
      case CELSIUS, PERCENT, WATTS -> 1;
      case VOLTS, AMPERES -> 3;
      case RPM, TRUTH -> 0;
    };
  }

  List<ServiceRow> services() {
    return cabinet.services().values().stream()
        .sorted(Comparator.comparingInt(Service::index))
        .map(this::service)
        .toList();
  }

  private ServiceRow service(Service s) {
    int running = (int) s.placements().stream().filter(p -> serves(s, p)).count();
    int wanted = s.definition().cards();
    ServiceState state =
        switch (s.phase()) {
          case PARAMETERS, BINDING, CONFIGURATION, SETUP -> ServiceState.STARTING;
          case REMOVING -> ServiceState.STOPPING;
          case FAILED -> ServiceState.FAILED;
          case ANNOUNCED ->
              running == 0
                  ? ServiceState.FAILED
                  : running < wanted ? ServiceState.DEGRADED : ServiceState.RUNNING;
        };
    ServicePhase phase =
        switch (s.phase()) {
          case PARAMETERS -> ServicePhase.PARAMETERS;
          case BINDING -> ServicePhase.BIND_CARDS;
          case CONFIGURATION -> ServicePhase.GENERATE;
          case SETUP -> ServicePhase.SET_UP_CARDS;
          case ANNOUNCED -> ServicePhase.COMPLETE;
          case REMOVING -> ServicePhase.UNDO;
          case FAILED -> ServicePhase.UNDONE;
        };
    return new ServiceRow(
        s.index(), s.name(), s.definition().hosts(), phase, state, wanted, running);
  }

  List<BackendRow> backends() {
    List<BackendRow> rows = new ArrayList<>();
    cabinet.services().values().stream()
        .sorted(Comparator.comparingInt(Service::index))
        .forEach(s ->
            s.placements().stream()
                .sorted(Comparator.comparing(Placement::position))
                .forEach(p -> rows.add(backend(s, p))));
    return rows;
  }

  private BackendRow backend(Service s, Placement p) {
    Card card = cabinet.cards().get(p.position());
    BackendState state =
        serves(s, p)
            ? BackendState.UP
            : card != null && card.state().isAlive() && p.state() != Placement.State.FAILED
                ? BackendState.PENDING
                : BackendState.DOWN;
    return new BackendRow(
        s.index(),
        p.position().chassis(),
        p.position().slot(),
        state,
        card == null ? null : card.since());
  }

  private boolean serves(Service s, Placement p) {
    Card card = cabinet.cards().get(p.position());
    return card != null && Routing.serves(s, card);
  }

  List<ProxyRow> proxies() {
    return cabinet.cards().values().stream()
        .filter(c -> c.role() != CardRole.SERVER)
        .map(this::proxy)
        .toList();
  }

  private ProxyRow proxy(Card card) {
    Observed.ProxyHeard heard = observed.proxies().get(card.position());
    long requests =
        heard == null
            ? 0
            : heard.report().backends().stream()
                .mapToLong(ProxyReport.BackendReport::requests)
                .sum();
    return new ProxyRow(
        card.position().slot(),
        card.role().name().toLowerCase(java.util.Locale.ROOT) + " " + card.position(),
        card.role() == CardRole.BALANCER ? ProxyRole.LOAD_BALANCER : ProxyRole.PROXY,
        !card.state().isAlive()
            ? ProxyState.UNREACHABLE
            : heard == null ? ProxyState.UNKNOWN : ProxyState.RUNNING,
        heard == null ? 0 : heard.report().routesVersion(),
        0,
        requests,
        heard == null ? lastHeard(card) : heard.at());
  }

  private @Nullable Instant lastHeard(Card card) {
    Observed.CardHeard heard = observed.cards().get(card.position());
    return heard == null ? null : heard.at();
  }

  List<AlarmRow> alarms() {
    return cabinet.alarms().values().stream()
        .sorted(Comparator.comparingLong(Alarm::sequence))
        .map(SnmpRows::alarm)
        .toList();
  }

  static AlarmRow alarm(Alarm a) {
    return new AlarmRow(
        a.sequence(),
        a.key().source(),
        a.key().type().word(),
        PerceivedSeverity.valueOf(a.severity().name()),
        cause(a.key().type()),
        a.text(),
        a.raisedAt());
  }

  /** By its word, which is that of the MIB. */
  static ProbableCause cause(AlarmType type) {
    return ProbableCause.valueOf(
        type.probableCause().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT));
  }

  private List<Card> serverCards() {
    return cabinet.cards().values().stream().filter(c -> !c.position().isManagement()).toList();
  }
}
