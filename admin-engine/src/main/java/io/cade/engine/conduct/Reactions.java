package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmRule;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.AlarmChange;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * On this alarm do that: rules look at alarms that were raised or grew since they looked last. That
 * a rule has acted becomes durable together with what it did, so that it acts once, whatever the
 * engine suffers.
 */
final class Reactions {
  /** How long visitors of a drained card may stay. */
  private static final Duration DRAIN = Duration.ofMinutes(10);

  /** How long visitors and services have to leave a card that is switched off. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final ConductorPolicy policy;
  private final AlarmMemory memory;

  Reactions(ConductorPolicy policy, AlarmMemory memory) {
    this.policy = policy;
    this.memory = memory;
  }

  void apply(Draft draft) {
    Cabinet cabinet = draft.cabinet();
    if (cabinet.alarmState().rules().isEmpty() || !memory.isNews(cabinet.alarms())) {
      return;
    }
    for (AlarmRule rule : List.copyOf(cabinet.alarmState().rules().values())) {
      look(draft, cabinet, rule);
    }
  }

  private void look(Draft draft, Cabinet cabinet, AlarmRule rule) {
    List<Alarm> news =
        cabinet.alarms().values().stream()
            .filter(a -> a.notification() > rule.seen() && rule.matches(a) && !rule.knows(a))
            .sorted(Comparator.comparingLong(Alarm::notification))
            .toList();
    AlarmRule now = rule;
    for (Alarm alarm : news) {
      String outcome = now.heldBack(alarm, draft.now());
      boolean acted = outcome.isEmpty();
      if (acted) {
        outcome = act(draft, rule, alarm);
      }
      AlarmRule.Firing firing =
          new AlarmRule.Firing(alarm.sequence(), alarm.key().source(), draft.now(), outcome, acted);
      Change looked =
          new AlarmChange.RuleLooked(rule.name(), alarm.notification(), List.of(firing));
      draft.change(looked);
      draft.change(
          new Change.Audited(
              "rule " + rule.name(),
              word(rule.action()) + " on alarm " + alarm.sequence() + " " + alarm.key(),
              outcome));
      now = Objects.requireNonNull(draft.cabinet().alarmState().rules().get(rule.name()));
    }
  }

  private static String word(AlarmRule.Action action) {
    return switch (action) {
      case DRAIN_CARD -> "drain card";
      case RESTART_SERVICE -> "restart service";
      case POWER_CYCLE -> "power-cycle";
      case NOTIFY -> "notify";
    };
  }

  /** What was done, or why it could not be. */
  private String act(Draft draft, AlarmRule rule, Alarm alarm) {
    Place place = Place.of(alarm.key().source());
    Optional<Card> card =
        place == null || place.card() == null
            ? Optional.empty()
            : draft.cabinet().card(place.card()).filter(c -> !c.position().isManagement());
    return switch (rule.action()) {
      case DRAIN_CARD ->
          card.map(c -> drain(draft, rule, c)).orElse("nothing done: it is about no card");
      case POWER_CYCLE ->
          card.map(c -> cycle(draft, rule, c)).orElse("nothing done: it is about no card");
      case RESTART_SERVICE -> restart(draft, alarm, card);
      case NOTIFY -> {
        draft.change(
            new AlarmChange.NotificationPosted(
                PendingNotification.Kind.RULE,
                "rule " + rule.name() + ": " + alarm.text(),
                alarm.key(),
                rule.receivers()));
        yield "told " + String.join(", ", rule.receivers());
      }
    };
  }

  /** As an operator does it: the chassis switches, so another card of it must live. */
  private static String cycle(Draft draft, AlarmRule rule, Card card) {
    if (card.hold() != null) {
      return "nothing done: card " + card.position() + " is switched off already";
    }
    boolean other =
        draft.cabinet().cards().values().stream()
            .anyMatch(c ->
                c.position().chassis() == card.position().chassis()
                    && !c.position().equals(card.position())
                    && c.state().isAlive()
                    && c.hold() == null);
    if (!other) {
      return "nothing done: no other card of chassis "
          + card.position().chassis()
          + " could switch card "
          + card.position()
          + " on again";
    }
    draft.change(
        new Change.CardHeld(
            card.position(),
            PowerHold.Reason.CYCLE,
            draft.now().plus(GRACE),
            draft.now(),
            "rule " + rule.name()));
    return "card " + card.position() + " is switched off and on";
  }

  private static String drain(Draft draft, AlarmRule rule, Card card) {
    if (card.drain() != null) {
      return "nothing done: card " + card.position() + " is drained already";
    }
    for (Service service : draft.cabinet().servicesOn(card.position())) {
      boolean another =
          service.placements().stream()
              .filter(p -> !p.position().equals(card.position()))
              .map(p -> draft.cabinet().cards().get(p.position()))
              .anyMatch(c -> c != null && c.drain() == null && Routing.serves(service, c));
      if (!another) {
        return "nothing done: no other card serves " + service.name();
      }
    }
    Instant until = draft.now().plus(DRAIN);
    draft.change(new Change.CardDrained(card.position(), until, "rule " + rule.name()));
    return "card " + card.position() + " is drained";
  }

  /**
   * Of a service that the alarm is about, the cards that do not serve it; of a card, all services
   * on it. What serves is restarted only if others serve meanwhile, or there never were others.
   */
  private String restart(Draft draft, Alarm alarm, Optional<Card> card) {
    List<String> done = new ArrayList<>();
    Set<String> left = new LinkedHashSet<>();
    for (Service service : draft.cabinet().services().values()) {
      if (service.phase() != ServicePhase.ANNOUNCED) {
        continue;
      }
      boolean itself = alarm.key().source().equals("service " + service.name());
      for (Placement placement : service.placements()) {
        CardPosition at = placement.position();
        Card on = draft.cabinet().cards().get(at);
        if ((itself || card.filter(c -> c.position().equals(at)).isPresent())
            && on != null
            && on.state().isAlive()
            && !draft.cabinet().queue(at).concerns(service.name())) {
          String obstacle = obstacle(draft.cabinet(), service, on, itself);
          if (obstacle.isEmpty()) {
            restart(draft, service, on);
            done.add(service.name() + " on " + at);
          } else {
            left.add(obstacle);
          }
        }
      }
    }
    if (done.isEmpty()) {
      return "nothing done: "
          + (left.isEmpty() ? "no service runs on a live card there" : String.join("; ", left));
    }
    return "restarted "
        + String.join(", ", done)
        + (left.isEmpty() ? "" : "; not: " + String.join("; ", left));
  }

  /** Why a service is not restarted on a card; empty when it is. */
  private static String obstacle(Cabinet cabinet, Service service, Card card, boolean itself) {
    CardPosition at = card.position();
    if (service.rollout().isPresent()) {
      return "service " + service.name() + " gets another version";
    }
    String image = CardChooser.image(cabinet, at);
    if (!image.isEmpty()) {
      return "card " + at + " " + image;
    }
    if (card.hold() != null) {
      return "card " + at + " is to have no power";
    }
    if (!Routing.serves(service, card) || service.placements().size() == 1) {
      return "";
    }
    if (itself) {
      return service.name() + " serves on " + at;
    }
    boolean another =
        service.placements().stream()
            .filter(p -> !p.position().equals(at))
            .map(p -> cabinet.cards().get(p.position()))
            .anyMatch(c -> c != null && c.drain() == null && Routing.serves(service, c));
    return another ? "" : "no other card serves " + service.name();
  }

  private void restart(Draft draft, Service service, Card card) {
    CardPosition at = card.position();
    draft.change(
        new Change.PlacementChanged(
            service.name(), new Placement(at, Placement.State.ORDERED, "", card.bootId())));
    draft.change(
        new Change.CommandQueued(
            at, new Command.StopService(draft.cabinet().nextCommand(), service.name())));
    draft.change(
        new Change.CommandQueued(
            at,
            new Command.StartService(
                draft.cabinet().nextCommand(),
                service.name(),
                service.definition().kind(),
                service.versionOn(at).packageDigest(),
                policy.servicePort())));
  }
}
