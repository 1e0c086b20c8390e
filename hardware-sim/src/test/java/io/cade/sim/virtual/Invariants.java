package io.cade.sim.virtual;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.change.Commit;
import io.cade.engine.conduct.Routing;
import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Lease;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.Severity;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rules that hold after every event. Believes nobody: what became durable is folded from the
 * disk by itself, what cards said is taken down at the card, what runs is asked of the processes.
 */
final class Invariants {
  /** The words of {@link InvariantViolation#rule}. */
  static final String ADDRESS_HELD_TWICE = "address-held-twice";

  static final String ACK_NOT_DURABLE = "ack-not-durable";
  static final String ACKNOWLEDGED_LOST = "acknowledged-lost";
  static final String ROUTE_TO_NOT_RUNNING = "route-to-not-running";
  static final String ROUTE_TO_DEAD = "route-to-dead";
  static final String DEAD_CARD_ALIVE = "dead-card-alive";
  static final String LIVE_CARD_DEAD = "live-card-dead";
  static final String ALARM_TWICE = "alarm-twice";
  static final String NOTIFICATION_GAP = "notification-gap";
  static final String CARD_STATE = "card-state";
  static final String NEVER_SAID = "never-said";

  /**
   * Within which an agent that reports is known again: a few failed exchanges with their pauses.
   */
  private static final Duration RECOGNITION = Duration.ofSeconds(40);

  private record Boot(String service, CardPosition position, String bootId) {}

  private record BackendKey(String service, CardPosition position) {}

  private final Trace trace;
  private final BiConsumer<String, String> broken;
  private final BiPredicate<String, CardPosition> servesInFact;
  private final Duration detection;

  // Folded from the disk.
  private final Map<CardPosition, Change.LeaseGranted> leases = new TreeMap<>();
  private final Set<AlarmKey> active = new HashSet<>();
  private final Map<CardPosition, CardState> states = new HashMap<>();
  private final Map<Long, Command> commands = new HashMap<>();
  private long raised;
  private long cleared;
  private long told;
  private final Map<AlarmKey, Severity> severities = new HashMap<>();
  private long stateChanges;
  private long announcements;
  private long backendsChecked;

  private final Set<Boot> said = new HashSet<>();
  private final Set<String> announced = new HashSet<>();
  private long acked;
  private final Map<BackendKey, Instant> deadSince = new HashMap<>();
  private final Map<CardPosition, Instant> offSince = new HashMap<>();
  private final Map<CardPosition, Instant> onlineSince = new HashMap<>();
  private long notified;
  private @Nullable Cabinet published;
  private @Nullable RouteSnapshot checked;

  /**
   * @param broken hears the rule and what is wrong
   * @param servesInFact whether a visitor would be answered by the service on the card
   * @param detection within which a route to a dead card must be gone
   */
  Invariants(
      Trace trace,
      BiConsumer<String, String> broken,
      BiPredicate<String, CardPosition> servesInFact,
      Duration detection) {
    this.trace = trace;
    this.broken = broken;
    this.servesInFact = servesInFact;
    this.detection = detection;
  }

  private void require(boolean holds, String rule, String what) {
    if (!holds) {
      broken.accept(rule, what);
    }
  }

  // --- what became durable

  void durable(List<Commit> commits) {
    for (Commit commit : commits) {
      for (Change change : commit.changes()) {
        trace.add("commit " + commit.position() + " " + brief(change));
        fold(change);
      }
    }
  }

  /** Without what depends on signatures, which are random. */
  private static String brief(Change change) {
    return switch (change) {
      case Change.CardEnrolled c -> "CardEnrolled[" + c.position() + ", " + c.mac() + "]";
      case Change.CardIntroduced c -> "CardIntroduced[" + c.position() + ", " + c.bootId() + "]";
      case Change.PackageGenerated c -> "PackageGenerated[" + c.service() + "]";
      case Change.ServiceCreated c -> "ServiceCreated[" + c.definition().name() + "]";
      case Change.CommandQueued c ->
          "CommandQueued["
              + c.position()
              + ", "
              + c.command().id()
              + " "
              + c.command().getClass().getSimpleName()
              + " "
              + c.command().service()
              + "]";
      default -> change.toString();
    };
  }

  private void fold(Change change) {
    switch (change) {
      case Change.LeaseGranted c -> leases.put(c.position(), c);
      case Change.LeaseEnded c -> leases.remove(c.position());
      case Change.ServicePhaseChanged c -> {
        announced.remove(c.service());
        if (c.phase() == ServicePhase.ANNOUNCED) {
          announced.add(c.service());
          announcements++;
        }
      }
      case Change.CommandQueued c -> commands.put(c.command().id(), c.command());
      case Change.AlarmRaised c -> {
        raised++;
        severities.put(c.key(), c.severity());
        require(active.add(c.key()), ALARM_TWICE, c.key() + " is raised again without a clear");
      }
      case Change.AlarmCleared c -> {
        cleared++;
        require(active.remove(c.key()), ALARM_TWICE, c.key() + " is cleared without being raised");
      }
      case Change.AlarmChange.Altered c -> {
        require(active.contains(c.key()), ALARM_TWICE, c.key() + " is altered, not raised");
        if (severities.put(c.key(), c.severity()) != c.severity()) {
          told++;
        }
      }
      case Change.AlarmChange.NotificationPosted _ -> told++;
      case Change.CardStateChanged c -> {
        stateChanges++;
        CardState before = states.getOrDefault(c.position(), CardState.ABSENT);
        require(
            before.mayBecome(c.state()),
            CARD_STATE,
            "card " + c.position() + " from " + before + " to " + c.state());
        states.put(c.position(), c.state());
      }
      default -> {
        // Of no concern to the rules.
      }
    }
  }

  // --- what was heard on the way

  void said(String service, CardPosition position, String bootId) {
    said.add(new Boot(service, position, bootId));
  }

  void saidResult(long commandId, CardPosition position, String bootId) {
    if (commands.get(commandId) instanceof Command.StartService start) {
      said(start.service(), position, bootId);
    }
  }

  /** A datagram has left the engine's DHCP port. */
  void answered(InetSocketAddress to, byte[] payload, Instant now) {
    if (!(DhcpCodec.decode(payload) instanceof Decoded.Message decoded)) {
      return;
    }
    DhcpMessage m = decoded.message();
    trace.add("DHCP " + m.type().orElse(null) + " to " + m.mac().orElse(null) + " " + to);
    if (m.type().orElse(null) != MessageType.ACK || m.yourAddress().isZero()) {
      return;
    }
    Instant until = now.plusSeconds(m.options().number(OptionCode.LEASE_TIME).orElse(0L) - 1);
    String address = m.yourAddress().toString();
    boolean durable =
        leases.values().stream()
            .filter(l -> l.address().equals(address))
            .filter(l -> m.mac().filter(l.mac()::equals).isPresent())
            .filter(l -> !l.expiresAt().isBefore(until))
            .findFirst()
            .isPresent();
    require(
        durable,
        ACK_NOT_DURABLE,
        "ACK of " + address + " to " + m.mac() + " until " + until + " is not in the log");
    acked++;
  }

  /** The operations centre got a notification; a repetition of the last one is allowed. */
  void notified(long sequence, boolean clears) {
    trace.add("notification " + sequence + (clears ? " clears" : " raises"));
    require(
        sequence == notified || sequence == notified + 1,
        NOTIFICATION_GAP,
        "notification " + sequence + " after " + notified);
    notified = Math.max(notified, sequence);
  }

  // --- after an event

  /** The engine has started on what the disk holds. */
  void restarted(Cabinet replayed) {
    Cabinet before = published;
    if (before != null) {
      require(
          replayed.position() >= before.position(),
          ACKNOWLEDGED_LOST,
          "state " + before.position() + " was visible, only " + replayed.position() + " is left");
      require(
          replayed.position() != before.position() || replayed.equals(before),
          ACKNOWLEDGED_LOST,
          "the replayed state differs from the one that was visible");
    }
    Map<CardPosition, Change.LeaseGranted> kept = new TreeMap<>();
    for (Lease l : replayed.leases().values()) {
      kept.put(
          l.position(), new Change.LeaseGranted(l.position(), l.mac(), l.address(), l.expiresAt()));
    }
    require(
        kept.equals(leases),
        ACKNOWLEDGED_LOST,
        "leases on disk are " + leases + ", the engine restarted with " + kept);
    announced.clear();
    checked = null;
  }

  @SuppressWarnings("ReferenceEquality") // the same snapshot needs no second look
  void check(
      VirtualEngine engine,
      Instant now,
      Instant excusedUntil,
      Predicate<CardPosition> hasPower,
      Predicate<CardPosition> isOnline) {
    Cabinet cabinet = engine.writer().current();
    RouteSnapshot routes = engine.routes();
    if (cabinet != published) {
      published = cabinet;
      checkLeases(cabinet);
      checkPlacements(cabinet);
      checkAlarms(cabinet);
      checked = null;
    }
    if (routes != checked) {
      checked = routes;
      checkRoutes(cabinet, routes);
    }
    Instant countsFrom = latest(engine.listeningSince(), excusedUntil);
    checkFacts(cabinet, routes, now, countsFrom);
    for (Card card : cabinet.cards().values()) {
      if (!card.state().isAlive() && isOnline.test(card.position())) {
        Instant since = latest(onlineSince.computeIfAbsent(card.position(), at -> now), countsFrom);
        require(
            !now.isAfter(since.plus(RECOGNITION)),
            LIVE_CARD_DEAD,
            "card %s counts as %s and has been online since %s"
                .formatted(card.position(), card.state(), onlineSince.get(card.position())));
      } else {
        onlineSince.remove(card.position());
      }
      if (card.state().isAlive() && !hasPower.test(card.position())) {
        Instant since =
            silentFrom(card, offSince.computeIfAbsent(card.position(), at -> now), countsFrom);
        require(
            !now.isAfter(since.plus(detection)),
            DEAD_CARD_ALIVE,
            "card %s counts as %s and has been off since %s"
                .formatted(card.position(), card.state(), offSince.get(card.position())));
      } else {
        offSince.remove(card.position());
      }
    }
  }

  /** Without an engine nobody can keep the routes right. */
  void noEngine() {
    checked = null;
  }

  private void checkLeases(Cabinet cabinet) {
    Map<String, CardPosition> holders = new HashMap<>();
    for (Lease lease : cabinet.leases().values()) {
      CardPosition other = holders.put(lease.address(), lease.position());
      require(
          other == null,
          ADDRESS_HELD_TWICE,
          lease.address() + " is leased to " + other + " and " + lease.position());
    }
  }

  private void checkPlacements(Cabinet cabinet) {
    for (Service service : cabinet.services().values()) {
      boolean any = false;
      for (Placement p : service.placements()) {
        boolean heard = said.contains(new Boot(service.name(), p.position(), p.bootId()));
        any |= heard;
        require(
            p.state() != Placement.State.RUNNING || heard,
            NEVER_SAID,
            "service " + service.name() + " counts as running on " + p + ", which never said so");
      }
      require(
          !announced.remove(service.name()) || any,
          NEVER_SAID,
          "service " + service.name() + " is announced though no card said that it runs");
    }
  }

  private void checkAlarms(Cabinet cabinet) {
    require(
        cabinet.nextNotification() == raised + cleared + told + 1,
        NOTIFICATION_GAP,
        "%d raises, %d clears and %d others gave %d notifications"
            .formatted(raised, cleared, told, cabinet.nextNotification() - 1));
  }

  private void checkRoutes(Cabinet cabinet, RouteSnapshot routes) {
    for (RouteSnapshot.SiteRoute site : routes.sites()) {
      Service service = cabinet.services().get(site.service());
      for (RouteSnapshot.Backend backend : site.backends()) {
        backendsChecked++;
        Card card = cabinet.cards().get(backend.position());
        Lease lease = cabinet.leases().get(backend.position());
        require(
            service != null
                && card != null
                && lease != null
                && service.phase() == ServicePhase.ANNOUNCED
                && lease.address().equals(backend.address())
                && (card.state() == CardState.RUNNING || card.state() == CardState.ASSIGNED)
                && Routing.serves(service, card),
            ROUTE_TO_NOT_RUNNING,
            "route of %s to %s, where the model has %s, %s"
                .formatted(
                    site.service(),
                    backend,
                    card == null ? "no card" : "a card that is " + card.state(),
                    service == null ? "no service" : service.on(backend.position())));
      }
    }
  }

  private void checkFacts(Cabinet cabinet, RouteSnapshot routes, Instant now, Instant countsFrom) {
    Set<BackendKey> dead = new HashSet<>();
    for (RouteSnapshot.SiteRoute site : routes.sites()) {
      for (RouteSnapshot.Backend backend : site.backends()) {
        if (!servesInFact.test(site.service(), backend.position())) {
          BackendKey key = new BackendKey(site.service(), backend.position());
          dead.add(key);
          Instant since =
              silentFrom(
                  cabinet.cards().get(backend.position()),
                  deadSince.computeIfAbsent(key, k -> now),
                  countsFrom);
          require(
              !now.isAfter(since.plus(detection)),
              ROUTE_TO_DEAD,
              "route of %s to %s, which has not answered since %s"
                  .formatted(site.service(), backend, deadSince.get(key)));
        }
      }
    }
    deadSince.keySet().retainAll(dead);
  }

  /**
   * From when the engine can know that a card is silent. One that this engine has never heard is
   * given time from its last change of state.
   */
  private static Instant silentFrom(@Nullable Card card, Instant silent, Instant countsFrom) {
    return card != null && countsFrom.isAfter(silent)
        ? latest(countsFrom, card.since())
        : latest(countsFrom, silent);
  }

  private static Instant latest(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  String summary() {
    return "%d alarms raised, %d cleared, %d notifications, %d card states, %d ACKs, %d announced, %d routes"
        .formatted(raised, cleared, notified, stateChanges, acked, announcements, backendsChecked);
  }
}
