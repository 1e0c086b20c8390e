package io.cade.engine.operate;

import io.cade.agent.wire.BootsFrom;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.ServiceWaits;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Drain;
import io.cade.engine.model.Lease;
import io.cade.engine.model.Move;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.Severity;
import io.cade.engine.model.SlotImage;
import io.cade.engine.model.StoredImage;
import io.cade.engine.observe.BootCounters;
import io.cade.engine.observe.Observed;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What can be seen, from one immutable state each time. Thread-safe; does not block. */
public final class Inspection {
  private final Supplier<Cabinet> cabinet;
  private final Supplier<Observed> observed;
  private final Supplier<RouteSnapshot> routes;
  private final BootCounters bootCounters;
  private final AlarmHistory history;
  private final InstantSource clock;

  public Inspection(
      Supplier<Cabinet> cabinet,
      Supplier<Observed> observed,
      Supplier<RouteSnapshot> routes,
      BootCounters bootCounters,
      AlarmHistory history,
      InstantSource clock) {
    this.cabinet = cabinet;
    this.observed = observed;
    this.routes = routes;
    this.bootCounters = bootCounters;
    this.history = history;
    this.clock = clock;
  }

  public Views.CabinetView cabinet() {
    Cabinet c = cabinet.get();
    Map<CardState, Integer> states = new EnumMap<>(CardState.class);
    c.cards().values().forEach(card -> states.merge(card.state(), 1, Integer::sum));
    Map<Severity, Integer> alarms = new EnumMap<>(Severity.class);
    c.alarms().values().forEach(a -> alarms.merge(a.severity(), 1, Integer::sum));
    int announced =
        (int)
            c.services().values().stream().filter(s -> s.phase() == ServicePhase.ANNOUNCED).count();
    return new Views.CabinetView(
        clock.instant(),
        c.position(),
        c.cards().size(),
        states,
        c.services().size(),
        announced,
        alarms,
        c.leases().size(),
        c.swaps().size());
  }

  public List<Views.CardView> cards() {
    Cabinet c = cabinet.get();
    Observed o = observed.get();
    return c.cards().values().stream().map(card -> view(c, o, card)).toList();
  }

  /**
   * One card.
   *
   * @throws Refusal NOT_FOUND when none was ever seen there
   */
  public Views.CardView card(CardPosition at) throws Refusal {
    Cabinet c = cabinet.get();
    Card card =
        c.card(at)
            .orElseThrow(
                () -> new Refusal(Refusal.Kind.NOT_FOUND, "no card was ever seen in slot " + at));
    return view(c, observed.get(), card);
  }

  /**
   * What a change of a card comes to, with what the card said last: a change is decided without it.
   */
  public Views.CardView seen(Views.CardView changed) {
    Cabinet c = cabinet.get();
    return c.card(changed.position()).map(card -> view(c, observed.get(), card)).orElse(changed);
  }

  /** What a change of a service comes to, with what its proxies said last. */
  public Views.ServiceView seen(Views.ServiceView changed) {
    Cabinet c = cabinet.get();
    return c.service(changed.name())
        .map(service -> view(c, service, announcement(c), clock.instant()))
        .orElse(changed);
  }

  public List<Views.ServiceView> services() {
    Cabinet c = cabinet.get();
    Announcement announcement = announcement(c);
    Instant now = clock.instant();
    return c.services().values().stream().map(s -> view(c, s, announcement, now)).toList();
  }

  /**
   * One service.
   *
   * @throws Refusal NOT_FOUND when there is none of that name
   */
  public Views.ServiceView service(String name) throws Refusal {
    Cabinet c = cabinet.get();
    return view(c, requireService(c, name), announcement(c), clock.instant());
  }

  /**
   * How the proxies treat a service: everything, defaults included; {@code proxy} stands for the
   * proxies' own configuration.
   *
   * @throws Refusal NOT_FOUND when there is none of that name
   */
  public Map<String, String> settings(String name) throws Refusal {
    return requireService(cabinet.get(), name).settings().effective();
  }

  /**
   * How far the newest routes have come.
   *
   * @param services that are in them
   * @param using proxies that use them
   * @param proxies that are up
   */
  private record Announcement(Set<String> services, int using, int proxies) {
    static final Announcement NONE = new Announcement(Set.of(), 0, 0);
  }

  private Announcement announcement(Cabinet c) {
    RouteSnapshot newest = routes.get();
    Map<CardPosition, Long> inUse = observed.get().routesInUse();
    int proxies = 0;
    int using = 0;
    for (Card card : c.cards().values()) {
      if (card.role() == CardRole.PROXY && card.state().isAlive()) {
        proxies++;
        using += inUse.getOrDefault(card.position(), -1L) >= newest.version() ? 1 : 0;
      }
    }
    return new Announcement(
        newest.sites().stream()
            .map(RouteSnapshot.SiteRoute::service)
            .collect(Collectors.toUnmodifiableSet()),
        using,
        proxies);
  }

  static Service requireService(Cabinet c, String name) throws Refusal {
    return c.service(name)
        .orElseThrow(() ->
            new Refusal(
                Refusal.Kind.NOT_FOUND,
                "there is no service "
                    + (name.length() > 63 ? name.substring(0, 63) + "…" : name)));
  }

  /** What is to be seen of cards' commands. */
  public CommandInspection commands() {
    return new CommandInspection(cabinet, observed);
  }

  /** What is to be seen of the chassis. */
  public HardwareInspection hardware() {
    return new HardwareInspection(cabinet, observed);
  }

  /** All sensors, chassis first; those of cards that are away are left out. */
  public List<Views.SensorView> sensors() {
    Cabinet c = cabinet.get();
    Observed o = observed.get();
    List<Views.SensorView> all = new ArrayList<>();
    o.chassis().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e ->
            e.getValue()
                .status()
                .readings()
                .forEach(r -> all.add(view("chassis " + e.getKey(), r))));
    o.cards().entrySet().stream()
        .filter(e -> c.card(e.getKey()).filter(card -> card.state().isAlive()).isPresent())
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> e.getValue().readings().forEach(r -> all.add(view("card " + e.getKey(), r))));
    return all;
  }

  /** The state as it is now. */
  public Cabinet current() {
    return cabinet.get();
  }

  /** What is to be seen of alarms. */
  public AlarmInspection alarms() {
    return new AlarmInspection(cabinet, history);
  }

  /** Cards that were exchanged, newest first. */
  public List<Views.SwapView> swaps() {
    return cabinet.get().swaps().reversed().stream()
        .map(s ->
            new Views.SwapView(
                s.position(),
                s.at(),
                s.oldMac().toString(),
                s.newMac().toString(),
                s.oldSerial(),
                s.newSerial()))
        .toList();
  }

  /** What became of the requests to DHCP, TFTP and HTTP boot since the engine started. */
  public List<Views.BootCounterView> bootCounters() {
    return bootCounters.read().stream()
        .map(c ->
            new Views.BootCounterView(
                BootCounters.camelCase(c.group().name()), c.name(), c.value()))
        .toList();
  }

  /** Proxies and balancer, with each one's own view of the back ends. */
  public List<Views.ProxyView> proxies() {
    Observed o = observed.get();
    return cabinet.get().cards().values().stream()
        .filter(card -> card.role() != CardRole.SERVER)
        .map(card -> proxy(card, o))
        .toList();
  }

  private static Views.ProxyView proxy(Card card, Observed o) {
    Observed.ProxyHeard heard = o.proxies().get(card.position());
    ProxyReport report = heard == null ? null : heard.report();
    return new Views.ProxyView(
        card.position(),
        card.role(),
        card.state(),
        lastHeard(o, card.position()),
        report == null ? null : report.routesVersion(),
        report == null
            ? List.of()
            : report.backends().stream()
                .map(b ->
                    new Views.BackendView(
                        b.service(),
                        b.position(),
                        b.usable(),
                        b.cause(),
                        b.requests(),
                        b.failures(),
                        b.running()))
                .toList());
  }

  /** A balancer has no routes to report, but it speaks. */
  private static @Nullable Instant lastHeard(Observed o, CardPosition at) {
    Observed.CardHeard heard = o.cards().get(at);
    return heard == null ? null : heard.at();
  }

  private static Views.CardView view(Cabinet c, Observed o, Card card) {
    CardPosition at = card.position();
    Observed.CardHeard heard = o.cards().get(at);
    HardwareDescriptor hw = card.hardware();
    SoftwareDescriptor sw = card.software();
    return new Views.CardView(
        at,
        card.role(),
        card.state(),
        card.since(),
        card.cause(),
        card.mac() == null ? null : card.mac().toString(),
        c.lease(at).map(Lease::address).orElse(null),
        heard == null ? null : heard.at(),
        c.servicesOn(at).stream().map(Service::name).toList(),
        c.queue(at).waiting().size(),
        hw == null
            ? null
            : new Views.HardwareView(
                hw.manufacturer(),
                hw.model(),
                hw.serialNumber(),
                hw.cpus(),
                hw.memoryBytes(),
                hw.disks()),
        sw == null
            ? null
            : new Views.SoftwareView(
                sw.agentVersion(),
                sw.imageName(),
                sw.imageVersion(),
                sw.operatingSystem(),
                sw.architecture(),
                sw.bootsFrom().name().toLowerCase(Locale.ROOT).replace('_', ' ')),
        card.certificateSerial(),
        drain(o, card),
        power(card),
        card.locate(),
        heard == null
            ? List.of()
            : heard.disks().stream()
                .map(d ->
                    new Views.DiskView(
                        d.number(),
                        d.serial(),
                        d.state().name().toLowerCase(Locale.ROOT),
                        d.rebuildPercent()))
                .toList(),
        boot(c, card));
  }

  private static Views.@Nullable BootView boot(Cabinet c, Card card) {
    SoftwareDescriptor sw = card.software();
    SlotImage slot = c.slotImage(card.position()).orElse(null);
    if (slot == null) {
      return sw == null || sw.bootsFrom() != BootsFrom.NETWORK
          ? null
          : new Views.BootView(
              c.images().values().stream()
                  .filter(StoredImage::used)
                  .filter(i ->
                      sw.architecture().isEmpty() || i.architecture().equals(sw.architecture()))
                  .findFirst()
                  .map(Inspection::label)
                  .orElse(""),
              false,
              "",
              0,
              "");
    }
    return new Views.BootView(
        label(c, slot.next()),
        true,
        label(c, slot.trial()),
        slot.attemptsLeft(),
        label(c, slot.before()));
  }

  private static String label(Cabinet c, String digest) {
    StoredImage image = c.images().get(digest);
    return image == null ? "" : label(image);
  }

  private static String label(StoredImage image) {
    return image.name() + ":" + image.version();
  }

  private static Views.@Nullable PowerView power(Card card) {
    PowerHold hold = card.hold();
    return hold == null
        ? null
        : new Views.PowerView(
            hold.since(),
            hold.reason().name().toLowerCase(Locale.ROOT),
            hold.by(),
            hold.endsBy(),
            hold.back());
  }

  /** A card that was changed just now: what was heard of it is left out. */
  static Views.CardView view(Cabinet c, Card card) {
    return view(c, Observed.nothing(), card);
  }

  private static Views.@Nullable DrainView drain(Observed o, Card card) {
    Drain drain = card.drain();
    if (drain == null) {
      return null;
    }
    int running = 0;
    for (Observed.ProxyHeard heard : o.proxies().values()) {
      for (ProxyReport.BackendReport backend : heard.report().backends()) {
        Integer told = backend.position().equals(card.position()) ? backend.running() : null;
        running += told == null ? 0 : told;
      }
    }
    return new Views.DrainView(drain.since(), drain.until(), drain.by(), running);
  }

  /** A service that was changed just now: what was heard of it is left out. */
  static Views.ServiceView view(Service s) {
    return view(s, Announcement.NONE, List.of());
  }

  private static Views.ServiceView view(
      Cabinet c, Service s, Announcement announcement, Instant now) {
    return view(
        s,
        announcement,
        ServiceWaits.of(c, s, now).stream()
            .map(w -> new Views.WaitView(w.what(), w.since(), w.until()))
            .toList());
  }

  private static Views.ServiceView view(
      Service s, Announcement announcement, List<Views.WaitView> waits) {
    return new Views.ServiceView(
        s.name(),
        s.definition().kind(),
        s.definition().hosts(),
        s.definition().cards(),
        (int) s.running(),
        announcement.services().contains(s.name()) ? announcement.using() : 0,
        announcement.proxies(),
        s.phase(),
        s.phaseSince(),
        s.waitsFor(),
        s.definition().contentDigest(),
        s.packageDigest(),
        s.packageBytes(),
        s.placements().stream()
            .map(p -> new Views.PlacementView(p.position(), p.state(), p.detail()))
            .toList(),
        s.settings().values(),
        s.versions().current(),
        rollout(s),
        move(s),
        waits);
  }

  private static Views.@Nullable MoveView move(Service s) {
    Move m = s.lastMove();
    return m == null
        ? null
        : new Views.MoveView(
            m.from(),
            m.to(),
            m.stage(),
            m.since(),
            m.automatic(),
            m.by(),
            m.why(),
            m.cause(),
            m.words());
  }

  private static Views.@Nullable RolloutView rollout(Service s) {
    Rollout r = s.versions().rollout();
    return r == null
        ? null
        : new Views.RolloutView(
            r.from(),
            r.to(),
            r.stage(),
            r.since(),
            r.at(),
            r.done(),
            s.placements().size(),
            r.gate().toSeconds(),
            r.by(),
            r.cause());
  }

  /**
   * The versions of a service's content, newest first.
   *
   * @throws Refusal NOT_FOUND when there is none of that name
   */
  public List<Views.VersionView> versions(String name) throws Refusal {
    Service service = requireService(cabinet.get(), name);
    return service.versions().list().reversed().stream()
        .map(v ->
            new Views.VersionView(
                v.number(),
                v.number() == service.versions().current(),
                v.at(),
                v.by(),
                v.why(),
                v.contentDigest(),
                v.packageDigest(),
                v.packageBytes()))
        .toList();
  }

  private static Views.SensorView view(String source, SensorReading r) {
    boolean read = r.quality() == SensorReading.Quality.OK;
    Unit unit = Unit.of(r.kind());
    return new Views.SensorView(
        source, r.name(), unit.quantity(), read ? r.value() : null, unit.unit(), r.cause(), r.at());
  }

  private record Unit(String quantity, String unit) {
    static Unit of(SensorReading.Kind kind) {
      return switch (kind) {
        case CELSIUS -> new Unit("temperature", "celsius");
        case RPM -> new Unit("rotation", "rpm");
        case PERCENT -> new Unit("ratio", "percent");
        case VOLTS -> new Unit("voltage", "volts");
        case AMPERES -> new Unit("current", "amperes");
        case WATTS -> new Unit("power", "watts");
        case TRUTH -> new Unit("state", "boolean");
      };
    }
  }
}
