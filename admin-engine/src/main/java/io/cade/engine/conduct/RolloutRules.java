package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Drain;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Rollout.Stage;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Carries another version of a service's content from card to card (SPEC U1, U2), never to two at
 * once: drain, install, try, prove, next. Whether a card has proved itself is judged by requests
 * that the engine aims at it ({@link HealthGate}), by what the proxies see of it and by its agent;
 * the first that fails sends all back. Each pass looks only at what is durable and at what is heard
 * now, so that it goes on anywhere after a crash. All that it keeps is since when a card is in
 * doubt, without which a new engine only waits anew. Owned by the thread that passes.
 */
final class RolloutRules {
  /** From the order to a service that answers: fetching, checking, stopping, starting. */
  static final Duration START_LIMIT = Duration.ofMinutes(2);

  /** Proxies look at a card that has just got its route; until then it counts as not usable. */
  static final Duration FIRST_LOOK = Duration.ofSeconds(5);

  /** How long a proxy is waited for that says nothing about the card. */
  static final Duration SILENT_PROXIES = Duration.ofMinutes(1);

  private static final String MARK = "update of ";

  /** Since when the card at hand of a service is found bad, in the stage that began then. */
  private record Doubt(Instant stage, Instant since) {}

  private final Map<String, Doubt> doubts = new HashMap<>();

  void apply(Draft draft, Observed observed) {
    doubts.keySet().retainAll(draft.cabinet().services().keySet());
    for (Service service : List.copyOf(draft.cabinet().services().values())) {
      if (service.phase() == ServicePhase.ANNOUNCED) {
        service.rollout().ifPresent(rollout -> step(draft, service, rollout, observed));
      }
    }
    liftLeftOver(draft);
  }

  private void step(Draft draft, Service service, Rollout rollout, Observed observed) {
    CardPosition at = rollout.at();
    Card card = at == null ? null : draft.cabinet().cards().get(at);
    Placement placement = at == null ? null : service.on(at).orElse(null);
    if (at == null || card == null || placement == null) {
      // Nobody yet, or the card was taken away from the service meanwhile.
      if (rollout.stage() == Stage.RETURNING) {
        RolloutReturn.next(draft, service, rollout);
      } else {
        choose(draft, service, rollout);
      }
      return;
    }
    switch (rollout.stage()) {
      case BUILDING -> choose(draft, service, rollout);
      case DRAINING -> drain(draft, service, rollout, card, observed);
      case INSTALLING -> install(draft, service, rollout, card, placement);
      case TRYING -> tryOut(draft, service, rollout, card, placement, observed);
      case PROVING -> prove(draft, service, rollout, card, placement, observed);
      case RETURNING -> RolloutReturn.step(draft, service, rollout, card, observed);
      case DONE, RETURNED -> {
        // Nothing is under way.
      }
    }
  }

  /** The next card, or the end. */
  private static void choose(Draft draft, Service service, Rollout rollout) {
    ServiceVersion version = service.versions().version(rollout.to()).orElseThrow();
    if (version.packageDigest().isEmpty()) {
      draft.order(new Order.BuildVersion(service.name(), version.number()));
      wait(draft, service, rollout, "its package is made");
      return;
    }
    CardPosition next = null;
    boolean nextIsQuiet = false;
    int serving = 0;
    List<String> coming = new ArrayList<>();
    List<CardPosition> down = new ArrayList<>();
    for (Placement placement : service.placements()) {
      CardPosition at = placement.position();
      Card card = draft.cabinet().cards().get(at);
      if (card == null || isAway(card)) {
        continue; // gets the version when it comes back
      }
      boolean done = rollout.done().contains(at);
      if (Routing.serves(service, card)) {
        serving++;
        // Where an operator keeps visitors away, a bad version meets nobody.
        boolean quiet = card.drain() != null && !nextIsQuiet;
        if (!done && (next == null || quiet)) {
          next = at;
          nextIsQuiet = card.drain() != null;
        }
      } else if (!RolloutPeers.isLongOut(service, rollout, card, draft.now())) {
        coming.add(at.toString());
      } else if (done) {
        String detail = placement.detail();
        fail(
            draft,
            service,
            rollout,
            "card " + at + " stopped serving it" + (detail.isEmpty() ? "" : ": " + detail));
        return;
      } else {
        down.add(at);
      }
    }
    if (next == null && coming.isEmpty() && rollout.done().isEmpty() && !down.isEmpty()) {
      next = down.getFirst(); // the version may be what mends it
    }
    Card card = next == null ? null : draft.cabinet().cards().get(next);
    if (card != null && !ImageUpdateOrders.isWithin(rollout.window(), draft.now())) {
      wait(draft, service, rollout, rollout.window() + " (UTC)");
    } else if (card != null) {
      String missing = RolloutPeers.missing(draft.cabinet(), service, rollout, card, draft.now());
      if (missing.isEmpty()) {
        begin(draft, service, rollout, card, serving);
      } else {
        wait(draft, service, rollout, missing);
      }
    } else if (!coming.isEmpty()) {
      wait(draft, service, rollout, "cards " + coming + " to serve the version that they have");
    } else if (rollout.done().isEmpty()) {
      wait(draft, service, rollout, "a card that serves");
    } else {
      set(draft, service, rollout.into(Stage.DONE, null, draft.now(), ""));
      // What was ordered for them before is the version of before.
      down.forEach(
          at -> draft.change(new Change.PlacementChanged(service.name(), Placement.pending(at))));
    }
  }

  private static void begin(Draft draft, Service service, Rollout rollout, Card card, int serving) {
    if (card.drain() == null && serving > 1) {
      draft.change(
          new Change.CardDrained(
              card.position(), draft.now().plus(rollout.drain()), by(service.name())));
      set(draft, service, rollout.into(Stage.DRAINING, card.position(), draft.now(), ""));
    } else {
      // Nobody could take its visitors over, or an operator keeps them away already.
      order(draft, service, rollout, card.position());
    }
  }

  private static void drain(
      Draft draft, Service service, Rollout rollout, Card card, Observed observed) {
    if (isAway(card)) {
      undrain(draft, service, card);
      set(draft, service, rollout.into(Stage.BUILDING, null, draft.now(), ""));
      return;
    }
    // Who was to take its visitors over may be gone by now.
    String missing = RolloutPeers.missing(draft.cabinet(), service, rollout, card, draft.now());
    if (!missing.isEmpty()) {
      undrain(draft, service, card);
      wait(draft, service, rollout, missing);
    } else if (isEmptied(draft, service, rollout, card, observed)) {
      order(draft, service, rollout, card.position());
    }
  }

  /**
   * Whether a card that is drained since the stage began has no visitors, or their time is over.
   */
  static boolean isEmptied(
      Draft draft, Service service, Rollout rollout, Card card, Observed observed) {
    boolean settled = !draft.now().isBefore(rollout.since().plus(HoldRules.ROUTES_SETTLE));
    boolean over = !draft.now().isBefore(rollout.since().plus(rollout.drain()));
    return settled && (over || isEmpty(service, rollout.since(), card.position(), observed));
  }

  /** The card gets the version; its route ends with the same change. */
  private static void order(Draft draft, Service service, Rollout rollout, CardPosition at) {
    set(draft, service, rollout.into(Stage.INSTALLING, at, draft.now(), ""));
    draft.change(new Change.PlacementChanged(service.name(), Placement.pending(at)));
  }

  private static void install(
      Draft draft, Service service, Rollout rollout, Card card, Placement placement) {
    CardPosition at = card.position();
    if (isAway(card)) {
      fail(draft, service, rollout, "card " + at + " was lost while it got the version");
    } else if (placement.state() == Placement.State.FAILED) {
      fail(draft, service, rollout, "card " + at + ": " + placement.detail());
    } else if (Routing.serves(service, card)) {
      set(draft, service, rollout.into(Stage.TRYING, at, draft.now(), ""));
    } else if (!draft.now().isBefore(rollout.since().plus(startLimit(service, rollout)))) {
      fail(
          draft,
          service,
          rollout,
          "card %s did not serve it within %d s"
              .formatted(at, startLimit(service, rollout).toSeconds()));
    }
  }

  /** {@link #START_LIMIT}, and what the programs may take that carry the card's data over. */
  static Duration startLimit(Service service, Rollout rollout) {
    return START_LIMIT.plus(service.versions().dataTime(rollout.from(), rollout.to()));
  }

  /** The version answers the engine through the proxies; only then visitors come again. */
  private void tryOut(
      Draft draft,
      Service service,
      Rollout rollout,
      Card card,
      Placement placement,
      Observed observed) {
    if (!goesOn(draft, service, rollout, card, placement)) {
      return;
    }
    HealthGate.Verdict verdict =
        HealthGate.beforeVisitors(service, card, rollout.since(), observed, draft.now());
    switch (verdict.state()) {
      case FAILED -> {
        if (livesOn(draft, service, rollout, card, observed)) {
          fail(draft, service, rollout, verdict.words());
        }
      }
      case WAITING -> {
        String cause = verdict.words().isEmpty() ? "" : "waits for " + verdict.words();
        if (!cause.isEmpty() && !cause.equals(rollout.cause())) {
          set(draft, service, rollout.waiting(cause));
        }
      }
      case PASSED -> {
        undrain(draft, service, card);
        set(
            draft,
            service,
            rollout
                .into(Stage.PROVING, card.position(), draft.now(), "")
                .withCounted(counts(service.name(), card.position(), observed)));
      }
    }
  }

  /** Whether the card still serves the version; otherwise the rollout has failed. */
  private static boolean goesOn(
      Draft draft, Service service, Rollout rollout, Card card, Placement placement) {
    CardPosition at = card.position();
    if (isAway(card)) {
      fail(draft, service, rollout, "card " + at + " was lost while it proved the version");
      return false;
    }
    if (!Routing.serves(service, card)) {
      String detail = placement.detail();
      fail(
          draft,
          service,
          rollout,
          placement.bootId().equals(card.bootId())
              ? "card " + at + " stopped serving it" + (detail.isEmpty() ? "" : ": " + detail)
              : "card " + at + " restarted while it proved the version");
      return false;
    }
    return true;
  }

  private void prove(
      Draft draft,
      Service service,
      Rollout rollout,
      Card card,
      Placement placement,
      Observed observed) {
    if (!goesOn(draft, service, rollout, card, placement)) {
      return;
    }
    CardPosition at = card.position();
    String fault = "";
    Duration spent = Duration.between(rollout.since(), draft.now());
    int seen = 0;
    for (Map.Entry<CardPosition, Observed.ProxyHeard> entry : observed.proxies().entrySet()) {
      ProxyReport report = entry.getValue().report();
      Optional<ProxyReport.BackendReport> about = about(report, service.name(), at);
      if (about.isEmpty()
          || !entry.getValue().at().isAfter(rollout.since().plus(HoldRules.ROUTES_SETTLE))) {
        continue;
      }
      ProxyReport.BackendReport backend = about.get();
      // An operator who keeps visitors away from the card is no fault of the version.
      boolean usable = backend.usable() || card.drain() != null;
      if (!usable && spent.compareTo(FIRST_LOOK) > 0) {
        fault =
            "proxy %s finds card %s unusable: %s".formatted(entry.getKey(), at, backend.cause());
        break;
      }
      Optional<Rollout.Counted> before =
          rollout.counted().stream()
              .filter(c -> c.proxy().equals(entry.getKey()) && c.bootId().equals(report.bootId()))
              .findFirst();
      long requests = backend.requests() - before.map(Rollout.Counted::requests).orElse(0L);
      long failures = backend.failures() - before.map(Rollout.Counted::failures).orElse(0L);
      if (HealthGate.isTooMany(failures, requests)) {
        fault = "%d of %d requests of visitors to card %s failed".formatted(failures, requests, at);
        break;
      }
      seen += usable ? 1 : 0;
    }
    if (fault.isEmpty()) {
      fault = HealthGate.faultWithVisitors(service, card, rollout.since(), observed);
    }
    if (!fault.isEmpty()) {
      if (livesOn(draft, service, rollout, card, observed)) {
        fail(draft, service, rollout, fault);
      }
      return;
    }
    doubts.remove(service.name());
    if (spent.compareTo(rollout.gate()) < 0) {
      return;
    }
    String missing =
        HealthGate.missingWithVisitors(service, card, rollout.since(), observed, draft.now());
    if (seen > 0 && missing.isEmpty()) {
      Rollout proved = rollout.plus(at).into(Stage.BUILDING, null, draft.now(), "");
      choose(draft, set(draft, service, proved), proved);
    } else if (spent.compareTo(rollout.gate().plus(SILENT_PROXIES)) > 0) {
      fail(
          draft,
          service,
          rollout,
          "no proxy says that it reaches the version on card "
              + at
              + (missing.isEmpty() ? "" : ": " + missing));
    }
  }

  /**
   * Whether the card has been heard since it was first found bad. Proxies notice before the engine
   * that a card is gone: until it speaks again, or counts as lost, nobody knows whether the version
   * is to blame. What was under way when it was found bad proves nothing.
   */
  private boolean livesOn(
      Draft draft, Service service, Rollout rollout, Card card, Observed observed) {
    Doubt known = doubts.get(service.name());
    if (known == null || !known.stage().equals(rollout.since())) {
      known = new Doubt(rollout.since(), draft.now());
      doubts.put(service.name(), known);
    }
    Observed.CardHeard heard = observed.cards().get(card.position());
    return heard != null
        && heard.bootId().equals(card.bootId())
        && heard.at().isAfter(known.since().plus(CardRules.STRAY));
  }

  /** Ends the way forward: the card at hand goes back first, then those that were done. */
  private static void fail(Draft draft, Service service, Rollout rollout, String cause) {
    UpdateFailures.raise(
        draft, "service " + service.name(), "version %d: %s".formatted(rollout.to(), cause));
    RolloutReturn.begin(draft, service, rollout, cause);
  }

  /** What an operator's cancellation changes. */
  static List<Change> cancel(Cabinet cabinet, Service service, String by, Instant now) {
    Draft draft = new Draft(cabinet, now);
    service
        .rollout()
        .ifPresent(rollout -> RolloutReturn.begin(draft, service, rollout, "cancelled by " + by));
    return draft.plan().changes();
  }

  static void undrain(Draft draft, Service service, Card card) {
    Drain drain = card.drain();
    if (drain != null && drain.by().equals(by(service.name()))) {
      draft.change(new Change.CardUndrained(card.position()));
    }
  }

  /** Whether all proxies that know the card say that nothing runs there, since it is drained. */
  static boolean isEmpty(Service service, Instant since, CardPosition at, Observed observed) {
    int said = 0;
    for (Observed.ProxyHeard heard : observed.proxies().values()) {
      Optional<ProxyReport.BackendReport> about = about(heard.report(), service.name(), at);
      if (about.isPresent()) {
        Integer running = about.get().running();
        if (!heard.at().isAfter(since.plus(HoldRules.ROUTES_SETTLE))
            || running == null
            || running > 0) {
          return false;
        }
        said++;
      }
    }
    return said > 0;
  }

  private static List<Rollout.Counted> counts(String service, CardPosition at, Observed observed) {
    List<Rollout.Counted> counts = new ArrayList<>();
    observed
        .proxies()
        .forEach((position, heard) ->
            about(heard.report(), service, at)
                .ifPresent(b ->
                    counts.add(
                        new Rollout.Counted(
                            position, heard.report().bootId(), b.requests(), b.failures()))));
    return counts;
  }

  private static Optional<ProxyReport.BackendReport> about(
      ProxyReport report, String service, CardPosition at) {
    return report.backends().stream()
        .filter(b -> b.service().equals(service) && b.position().equals(at))
        .findFirst();
  }

  static boolean isAway(Card card) {
    return !card.state().isAlive() || card.hold() != null;
  }

  private static void wait(Draft draft, Service service, Rollout rollout, String what) {
    String cause = "waits for " + what;
    if (rollout.stage() != Stage.BUILDING) {
      set(draft, service, rollout.into(Stage.BUILDING, null, draft.now(), cause));
    } else if (!rollout.cause().equals(cause)) {
      set(draft, service, rollout.waiting(cause));
    }
  }

  static Service set(Draft draft, Service service, Rollout rollout) {
    draft.change(new Change.RolloutChanged(service.name(), rollout));
    return draft.cabinet().services().getOrDefault(service.name(), service);
  }

  static String by(String service) {
    return MARK + service;
  }

  /** A rollout ends with its service, also in the midst; the card's next service has visitors. */
  private static void liftLeftOver(Draft draft) {
    for (Card card : draft.cabinet().cards().values()) {
      Drain drain = card.drain();
      if (drain != null
          && drain.by().startsWith(MARK)
          && draft
              .cabinet()
              .service(drain.by().substring(MARK.length()))
              .filter(s -> s.phase() == ServicePhase.ANNOUNCED)
              .flatMap(Service::rollout)
              .filter(r -> r.worksOn(card.position()))
              .isEmpty()) {
        draft.change(new Change.CardUndrained(card.position()));
      }
    }
  }
}
