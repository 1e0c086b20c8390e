package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import io.cade.engine.observe.ProbeTarget;
import io.cade.engine.observe.Probed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which requests are to be aimed at cards now: it follows from the state and from what was heard,
 * so that nobody has to remember what was asked. Pure.
 *
 * @param due those to be made now, the one whose turn is longest past first
 * @param subjects what all such requests are about at this time
 */
public record WantedProbes(List<Probe> due, List<Subject> subjects) {
  /** Between two requests for one target while visitors are served. */
  static final Duration EVERY = Duration.ofSeconds(1);

  /** Until what was not good is tried again while no visitors are served. */
  static final Duration AGAIN = Duration.ofMillis(500);

  public WantedProbes {
    due = List.copyOf(due);
    subjects = List.copyOf(subjects);
  }

  /**
   * One request.
   *
   * @param round when the stage began in which it is made
   * @param entrances of the proxy; not empty
   */
  public record Probe(
      ProbeTarget target, Instant round, List<ProxyReport.Entrance> entrances, GateCheck check) {}

  /**
   * A service on a card that has something new.
   *
   * @param since when the stage began
   * @param visitors whether visitors are served there
   */
  public record Subject(Service service, CardPosition card, Instant since, boolean visitors) {
    /** Whether a target is about it. */
    public boolean has(ProbeTarget target) {
      return target.service().equals(service.name()) && target.card().equals(card);
    }
  }

  /** As things are now. */
  public static WantedProbes of(Cabinet cabinet, Observed observed, Instant now) {
    List<Subject> subjects = subjects(cabinet);
    if (subjects.isEmpty()) {
      return new WantedProbes(List.of(), subjects);
    }
    List<Probe> due = new ArrayList<>();
    HealthGate.askable(observed, now)
        .forEach((proxy, report) -> {
          for (Subject subject : subjects) {
            GateCheck check = GateCheck.of(subject.service());
            for (String path : check.paths()) {
              ProbeTarget target =
                  new ProbeTarget(proxy, subject.service().name(), subject.card(), path);
              if (isDue(subject, check, observed.probes().get(target), now)) {
                due.add(new Probe(target, subject.since(), report.entrances(), check));
              }
            }
          }
        });
    due.sort(Comparator.comparing((Probe probe) -> lastTurn(probe, observed)));
    return new WantedProbes(due, subjects);
  }

  private static Instant lastTurn(Probe probe, Observed observed) {
    Probed probed = observed.probes().get(probe.target());
    return probed == null ? Instant.MIN : probed.last();
  }

  private static boolean isDue(
      Subject subject, GateCheck check, @Nullable Probed known, Instant now) {
    if (known == null || !known.round().equals(subject.since())) {
      return true;
    }
    if (subject.visitors()) {
      return !now.isBefore(known.last().plus(EVERY));
    }
    if (known.bad() > 0 || known.good() >= check.requests()) {
      return false;
    }
    boolean goesWell = known.good() > 0 && known.unreached().isEmpty();
    return goesWell || !now.isBefore(known.last().plus(AGAIN));
  }

  private static List<Subject> subjects(Cabinet cabinet) {
    List<Subject> found = new ArrayList<>();
    for (Service service : cabinet.services().values()) {
      Rollout rollout = service.rollout().orElse(null);
      CardPosition at = rollout == null ? null : rollout.at();
      if (rollout != null
          && at != null
          && (rollout.stage() == Rollout.Stage.TRYING
              || rollout.stage() == Rollout.Stage.PROVING)) {
        add(found, cabinet, service, at, rollout.since(), rollout.stage() != Rollout.Stage.TRYING);
      }
    }
    for (ImageUpdate update : cabinet.updates().values()) {
      if (update.stage() == ImageUpdate.Stage.RUNNING) {
        for (ImageUpdate.CardStep step : update.underWay()) {
          boolean visitors = step.state() == ImageUpdate.State.PROVING;
          if (visitors || step.state() == ImageUpdate.State.TRYING) {
            for (Service service : cabinet.servicesOn(step.position())) {
              if (ImageUpdateChoice.isServed(service)) {
                add(found, cabinet, service, step.position(), step.since(), visitors);
              }
            }
          }
        }
      }
    }
    return found;
  }

  private static void add(
      List<Subject> found,
      Cabinet cabinet,
      Service service,
      CardPosition at,
      Instant since,
      boolean visitors) {
    Card card = cabinet.cards().get(at);
    if (card != null && Routing.serves(service, card) && GateCheck.of(service).isOn()) {
      found.add(new Subject(service, at, since, visitors));
    }
  }
}
