package io.cade.engine.snmp;

import io.cade.engine.conduct.Routing;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.mib.BackendRow;
import io.cade.mib.BackendState;
import io.cade.mib.BillingRow;
import io.cade.mib.ImageRow;
import io.cade.mib.RolloutRow;
import io.cade.mib.RolloutStage;
import io.cade.mib.ServiceDetailRow;
import io.cade.mib.ServicePhase;
import io.cade.mib.ServiceRow;
import io.cade.mib.ServiceState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/** Services, the cards behind them, what their visitors use, and images. Not thread-safe. */
final class ServiceTables {
  private final Memo<List<Service>> sorted = new Memo<>();
  private final Memo<List<ServiceRow>> services = new Memo<>();
  private final Memo<List<ServiceDetailRow>> details = new Memo<>();
  private final Memo<List<RolloutRow>> rollouts = new Memo<>();
  private final Memo<List<BackendRow>> backends = new Memo<>();
  private final Memo<List<BillingRow>> billing = new Memo<>();
  private final Memo<List<ImageRow>> images = new Memo<>();

  private List<Service> sorted(Cabinet cabinet) {
    return sorted.of(
        () ->
            cabinet.services().values().stream()
                .sorted(Comparator.comparingInt(Service::index))
                .toList(),
        cabinet.services());
  }

  List<ServiceRow> services(Cabinet cabinet) {
    return services.of(
        () -> sorted(cabinet).stream().map(s -> service(s, cabinet)).toList(),
        cabinet.services(),
        cabinet.cards());
  }

  private static ServiceRow service(Service s, Cabinet cabinet) {
    int running = (int) s.placements().stream().filter(p -> serves(s, p, cabinet)).count();
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

  private static boolean serves(Service s, Placement p, Cabinet cabinet) {
    Card card = cabinet.cards().get(p.position());
    return card != null && Routing.serves(s, card);
  }

  List<ServiceDetailRow> details(Cabinet cabinet, AlarmIndex alarms) {
    return details.of(
        () ->
            sorted(cabinet).stream()
                .map(s ->
                    new ServiceDetailRow(
                        s.index(),
                        s.definition().kind(),
                        s.phaseSince(),
                        s.waitsFor(),
                        s.packageBytes(),
                        s.placements().size(),
                        (int)
                            s.placements().stream()
                                .filter(p -> p.state() == Placement.State.FAILED)
                                .count(),
                        alarms.count("service " + s.name())))
                .toList(),
        cabinet.services(),
        alarms);
  }

  List<RolloutRow> rollouts(Cabinet cabinet) {
    return rollouts.of(
        () -> sorted(cabinet).stream().map(ServiceTables::rollout).toList(), cabinet.services());
  }

  private static RolloutRow rollout(Service s) {
    int newest = s.versions().list().getLast().number();
    int current = s.versions().current();
    Rollout r = s.versions().rollout();
    if (r == null) {
      return new RolloutRow(
          s.index(), current, newest, current, RolloutStage.NONE, "", 0, "", "", null);
    }
    RolloutStage stage =
        switch (r.stage()) {
          case BUILDING -> RolloutStage.BUILDING;
          case DRAINING -> RolloutStage.DRAINING;
          case INSTALLING -> RolloutStage.INSTALLING;
          case TRYING -> RolloutStage.TRYING;
          case PROVING -> RolloutStage.PROVING;
          case RETURNING -> RolloutStage.RETURNING;
          case DONE -> RolloutStage.DONE;
          case RETURNED -> RolloutStage.RETURNED;
        };
    return new RolloutRow(
        s.index(),
        current,
        newest,
        r.stage().isActive() ? r.to() : current,
        stage,
        r.at() == null ? "" : r.at().toString(),
        r.done().size(),
        r.cause(),
        r.by(),
        r.since());
  }

  List<BackendRow> backends(Cabinet cabinet) {
    return backends.of(
        () -> {
          List<BackendRow> rows = new ArrayList<>();
          for (Service s : sorted(cabinet)) {
            s.placements().stream()
                .sorted(Comparator.comparing(Placement::position))
                .filter(p -> !p.position().isManagement())
                .forEach(p -> rows.add(backend(s, p, cabinet)));
          }
          return List.copyOf(rows);
        },
        cabinet.services(),
        cabinet.cards());
  }

  private static BackendRow backend(Service s, Placement p, Cabinet cabinet) {
    Card card = cabinet.cards().get(p.position());
    BackendState state =
        serves(s, p, cabinet)
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

  List<BillingRow> billing(Cabinet cabinet) {
    return billing.of(
        () ->
            cabinet.traffic().values().stream()
                .map(t ->
                    new BillingRow(
                        t.index(),
                        t.service(),
                        t.since(),
                        t.until(),
                        t.totals().requests(),
                        t.totals().failures(),
                        t.totals().refused(),
                        t.totals().bytesIn(),
                        t.totals().bytesOut(),
                        t.totals().localRequests(),
                        t.totals().localBytes()))
                .toList(),
        cabinet.traffic());
  }

  List<ImageRow> images(Cabinet cabinet) {
    return images.of(
        () -> {
          var rows = new TreeMap<Integer, ImageRow>();
          cabinet
              .images()
              .values()
              .forEach(i -> {
                int number = number(i.digest());
                while (rows.containsKey(number)) {
                  number = number % Integer.MAX_VALUE + 1; // two of 32 digests that begin alike
                }
                rows.put(
                    number,
                    new ImageRow(
                        number,
                        i.name(),
                        i.version(),
                        Math.max(0, i.build()),
                        i.architecture(),
                        i.used(),
                        Math.max(0, i.minimumBuild()),
                        i.bytes(),
                        i.parts().size(),
                        i.digest(),
                        i.signer(),
                        i.created(),
                        i.importedAt(),
                        i.importedBy()));
              });
          return List.copyOf(rows.values());
        },
        cabinet.images());
  }

  /** The first 31 bits of a digest; a digest that is no hexadecimal number is hashed. */
  static int number(String digest) {
    String hex = digest.substring(digest.indexOf(':') + 1);
    int number =
        hex.length() >= 8 && hex.chars().limit(8).allMatch(HexFormat::isHexDigit)
            ? HexFormat.fromHexDigits(hex, 0, 8)
            : hex.hashCode();
    return Math.max(1, number & Integer.MAX_VALUE);
  }
}
