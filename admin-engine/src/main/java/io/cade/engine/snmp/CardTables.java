package io.cade.engine.snmp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Drain;
import io.cade.engine.model.Lease;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Service;
import io.cade.engine.model.StoredImage;
import io.cade.engine.observe.Observed;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.CardRole;
import io.cade.mib.CardRow;
import io.cade.mib.CardState;
import io.cade.mib.CardVersionRow;
import io.cade.mib.LeaseRow;
import io.cade.mib.PowerCommand;
import io.cade.mib.SensorRow;
import io.cade.mib.SensorStatus;
import io.cade.mib.SensorType;
import io.cade.mib.Switch;
import io.cade.mib.VersionState;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The server cards: what they are, what they run, their leases. Not thread-safe. */
final class CardTables {
  private final Memo<List<CardRow>> cards = new Memo<>();
  private final Memo<List<CardHardwareRow>> hardware = new Memo<>();
  private final Memo<List<CardVersionRow>> versions = new Memo<>();
  private final Memo<List<LeaseRow>> leases = new Memo<>();

  /** Cards outside the management chassis, by position. */
  static List<Card> servers(Cabinet cabinet) {
    return cabinet.cards().values().stream().filter(c -> !c.position().isManagement()).toList();
  }

  List<CardRow> cards(Cabinet cabinet, Observed observed, Bound bound) {
    return cards.of(
        () -> servers(cabinet).stream().map(c -> card(c, cabinet, observed, bound)).toList(),
        cabinet.cards(),
        cabinet.leases(),
        bound,
        observed.cards());
  }

  private static CardRow card(Card card, Cabinet cabinet, Observed observed, Bound bound) {
    CardPosition at = card.position();
    HardwareDescriptor hardware = card.hardware();
    SoftwareDescriptor software = card.software();
    Lease lease = cabinet.leases().get(at);
    Observed.CardHeard heard = observed.cards().get(at);
    return new CardRow(
        at.chassis(),
        at.slot(),
        CardState.valueOf(card.state().name()),
        card.mac() == null ? "" : String.valueOf(card.mac()),
        lease == null ? null : InetAddress.ofLiteral(lease.address()),
        hardware == null ? "" : hardware.serialNumber(),
        hardware == null ? "" : hardware.model(),
        software == null ? "" : software.imageName() + " " + software.imageVersion(),
        service(bound.on(at)),
        heard == null ? null : heard.at());
  }

  private static String service(List<Service> services) {
    return services.isEmpty() ? "" : services.getFirst().name();
  }

  List<CardHardwareRow> hardware(
      Cabinet cabinet,
      Observed observed,
      Bound bound,
      AlarmIndex alarms,
      SensorTables.Rows sensors) {
    return hardware.of(
        () -> {
          Map<CardPosition, Summary> summaries = summaries(sensors.sensors());
          return servers(cabinet).stream()
              .map(c -> {
                Summary sum = summaries.getOrDefault(c.position(), Summary.NONE);
                return hardware(c, cabinet, observed, bound, alarms, sum);
              })
              .toList();
        },
        cabinet.cards(),
        cabinet.queues(),
        observed.chassis(),
        bound,
        alarms,
        sensors);
  }

  /** What the sensors of one card come to. */
  private record Summary(int sensors, int notOk, int hottest, long milliwatts) {
    static final Summary NONE = new Summary(0, 0, CardHardwareRow.NO_TEMPERATURE, 0);

    Summary plus(SensorRow s) {
      boolean read = s.status() != SensorStatus.UNAVAILABLE;
      int celsius =
          read && s.type() == SensorType.CELSIUS
              ? Math.round(s.value() / 10f)
              : CardHardwareRow.NO_TEMPERATURE;
      return new Summary(
          sensors + 1,
          notOk + (s.status() == SensorStatus.OK ? 0 : 1),
          Math.max(hottest, celsius),
          read && s.type() == SensorType.WATTS
              ? milliwatts + Math.max(0, s.value()) * 100L
              : milliwatts);
    }
  }

  private static Map<CardPosition, Summary> summaries(List<SensorRow> sensors) {
    Map<CardPosition, Summary> all = new HashMap<>();
    for (SensorRow s : sensors) {
      if (s.slot() > 0) {
        CardPosition at = new CardPosition(s.chassis(), s.slot());
        all.put(at, all.getOrDefault(at, Summary.NONE).plus(s));
      }
    }
    return all;
  }

  private static CardHardwareRow hardware(
      Card card,
      Cabinet cabinet,
      Observed observed,
      Bound bound,
      AlarmIndex alarms,
      Summary sensors) {
    CardPosition at = card.position();
    HardwareDescriptor hardware = card.hardware();
    SoftwareDescriptor software = card.software();
    Drain drain = card.drain();
    PowerHold hold = card.hold();
    Integer maxWatts = hardware == null ? null : hardware.maxWatts();
    List<Service> services = bound.on(at);
    return new CardHardwareRow(
        at.chassis(),
        at.slot(),
        card.state() != io.cade.engine.model.CardState.ABSENT,
        role(card.role()),
        hardware == null ? "" : hardware.manufacturer(),
        hardware == null ? 0 : hardware.cpus(),
        hardware == null ? 0 : hardware.memoryBytes(),
        hardware == null ? 0 : hardware.disks().size(),
        software == null ? "" : software.operatingSystem(),
        software == null ? "" : software.agentVersion(),
        hold != null && hold.reason() == PowerHold.Reason.OPERATOR
            ? PowerCommand.OFF
            : PowerCommand.ON,
        powered(observed, at),
        maxWatts == null ? 0 : maxWatts,
        sensors.milliwatts,
        card.since(),
        card.cause(),
        services.size(),
        service(services),
        drain != null,
        drain == null ? "" : drain.by(),
        cabinet.queue(at).waiting().size(),
        sensors.hottest,
        sensors.sensors,
        sensors.notOk,
        alarms.count("card " + at));
  }

  private static CardRole role(io.cade.agent.wire.CardRole role) {
    return switch (role) {
      case SERVER -> CardRole.SERVER;
      case PROXY -> CardRole.PROXY;
      case BALANCER -> CardRole.LOAD_BALANCER;
    };
  }

  /** Whether the slot gives power, by what the reader of the chassis found. */
  static Switch powered(Observed observed, CardPosition at) {
    Observed.ChassisHeard heard = observed.chassis().get(at.chassis());
    ChassisOutputs outputs = heard == null ? null : heard.status().outputs();
    return outputs == null
        ? Switch.UNKNOWN
        : outputs.poweredOff().contains(at.slot()) ? Switch.OFF : Switch.ON;
  }

  List<CardVersionRow> versions(Cabinet cabinet) {
    return versions.of(
        () -> {
          List<CardVersionRow> rows = new ArrayList<>();
          for (Card card : servers(cabinet)) {
            SoftwareDescriptor software = card.software();
            if (software != null) {
              rows.add(
                  new CardVersionRow(
                      card.position().chassis(),
                      card.position().slot(),
                      software.imageName(),
                      software.imageVersion(),
                      software.agentVersion(),
                      software.operatingSystem(),
                      state(software, cabinet),
                      card.since()));
            }
          }
          return List.copyOf(rows);
        },
        cabinet.cards(),
        cabinet.images());
  }

  private static VersionState state(SoftwareDescriptor software, Cabinet cabinet) {
    List<StoredImage> used = cabinet.images().values().stream().filter(StoredImage::used).toList();
    return used.isEmpty() || software.imageName().isEmpty()
        ? VersionState.UNKNOWN
        : used.stream()
                .anyMatch(i ->
                    i.name().equals(software.imageName())
                        && i.version().equals(software.imageVersion()))
            ? VersionState.IN_USE
            : VersionState.OUTDATED;
  }

  List<LeaseRow> leases(Cabinet cabinet) {
    return leases.of(
        () ->
            cabinet.leases().values().stream()
                .filter(l -> !l.position().isManagement())
                .map(l ->
                    new LeaseRow(
                        l.position().chassis(),
                        l.position().slot(),
                        l.mac().text(),
                        l.grantedAt(),
                        l.expiresAt()))
                .toList(),
        cabinet.leases());
  }
}
