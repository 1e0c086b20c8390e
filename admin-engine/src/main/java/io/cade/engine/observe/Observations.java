package io.cade.engine.observe;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.Introduction;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.Report;
import io.cade.engine.traffic.TrafficLedger;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Collects what is heard. Thread-safe; bounded by the positions that exist. */
public final class Observations {
  private final HeardMap<CardPosition, Observed.CardHeard> cards = new HeardMap<>();
  private final HeardMap<Integer, Observed.ChassisHeard> chassis = new HeardMap<>();
  private final HeardMap<CardPosition, Observed.ProxyHeard> proxies = new HeardMap<>();
  private final TrafficLedger traffic = new TrafficLedger();
  private final HeardMap<CardPosition, Long> routesInUse = new HeardMap<>();
  private final HeardMap<CardPosition, Observed.CommandFetch> fetches = new HeardMap<>();
  private final HeardMap<ProbeTarget, Probed> probes = new HeardMap<>();

  /** An introduction counts as a sign of life. */
  public void heard(Introduction introduction, Instant at) {
    cards.put(
        introduction.position(),
        new Observed.CardHeard(introduction.bootId(), at, List.of(), List.of()));
  }

  /** A regular report; the chassis part counts only when it is about the card's own chassis. */
  public void heard(Report report, Instant at) {
    cards.put(
        report.position(),
        new Observed.CardHeard(
            report.bootId(), at, report.services(), report.readings(), report.disks()));
    ChassisStatus status = report.chassis();
    if (status != null && status.chassis() == report.position().chassis()) {
      // What happened after the bus was read is not in it, however late it was told.
      Instant read = at.minus(status.age());
      chassis.put(status.chassis(), new Observed.ChassisHeard(report.position(), read, status));
    }
  }

  public void heard(ProxyReport report, Instant at) {
    traffic.heard(report, at);
    proxies.put(report.position(), new Observed.ProxyHeard(at, report.withoutTraffic()));
    // A proxy card may have an agent as well, whose readings stay.
    cards.compute(
        report.position(),
        (_, before) ->
            before == null || !before.bootId().equals(report.bootId())
                ? new Observed.CardHeard(report.bootId(), at, List.of(), List.of())
                : new Observed.CardHeard(
                    report.bootId(), at, before.services(), before.readings(), before.disks()));
  }

  /** What visitors use. */
  public TrafficLedger traffic() {
    return traffic;
  }

  /** A proxy asks for routes newer than those it uses. */
  public void heardRoutesInUse(CardPosition proxy, long version) {
    routesInUse.put(proxy, version);
  }

  /** The card was given this command. */
  public void gave(CardPosition card, long command, Instant at) {
    fetches.compute(
        card,
        (_, before) ->
            before == null || before.command() != command
                ? new Observed.CommandFetch(command, at, at, 1)
                : new Observed.CommandFetch(command, before.first(), at, before.times() + 1));
  }

  /**
   * Something came of an aimed request.
   *
   * @param round when the stage began in which it was made: what was counted in others is forgotten
   */
  public void heard(ProbeTarget target, Instant round, ProbeOutcome outcome, Instant at) {
    probes.compute(
        target,
        (_, before) ->
            (before == null || !before.round().equals(round) ? Probed.begin(round) : before)
                .with(outcome, at));
  }

  /** Forgets the outcomes of aimed requests that nobody will look at any more. */
  public void keepProbes(Predicate<ProbeTarget> wanted) {
    for (ProbeTarget target : probes.copy().keySet()) {
      if (!wanted.test(target)) {
        probes.remove(target);
      }
    }
  }

  /** Forgets what the card said: it was replaced, or restarts. */
  public void forget(CardPosition position) {
    cards.remove(position);
    routesInUse.remove(position);
  }

  /** A card's last words; null when it was not heard. Far cheaper than a whole snapshot. */
  public Observed.@Nullable CardHeard card(CardPosition position) {
    return cards.get(position);
  }

  /** What was heard; each map is the same instance for as long as nothing in it has changed. */
  public Observed snapshot() {
    return new Observed(
        cards.copy(),
        chassis.copy(),
        proxies.copy(),
        routesInUse.copy(),
        fetches.copy(),
        probes.copy());
  }
}
