package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.Setting;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.Routing;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Drain;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * What an operator can do to the way of visitors (SPEC P3): settings of services, drain of cards.
 * Durable like every change; the proxies have it with the next snapshot of routes. Thread-safe;
 * stages complete exceptionally like those of {@link Operations}.
 */
public final class TrafficOperations {
  /** Without a deadline given, visitors who are bound to a card have this long. */
  public static final Duration STANDARD_DEADLINE = Duration.ofMinutes(5);

  /** No card is emptied for longer. */
  public static final Duration LONGEST_DEADLINE = Duration.ofDays(7);

  private final AuditedActions actions;

  TrafficOperations(AuditedActions actions) {
    this.actions = actions;
  }

  /**
   * Changes settings of a service.
   *
   * @param changes by key; an empty value goes back to the default
   */
  public CompletionStage<Views.ServiceView> set(
      Caller caller, String name, Map<String, String> changes) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "set " + cut(changes.toString()) + " of service " + cut(name),
        true,
        (cabinet, _) -> {
          Service service = Inspection.requireService(cabinet, name);
          PageSettings.require(service.definition().kind(), changes);
          ServiceSettings next = changed(service.settings(), changes);
          if (changes.containsKey(Setting.SERVING.key())) {
            VersionOperations.requireNoRollout(service);
          }
          return next.equals(service.settings())
              ? Decision.nothing(Inspection.view(service))
              : Decision.of(
                  Inspection.view(service.withSettings(next)),
                  new Change.ServiceSettingsChanged(name, next));
        });
  }

  /**
   * Settings with changes.
   *
   * @throws Refusal INVALID naming everything that is wrong
   */
  static ServiceSettings changed(ServiceSettings settings, Map<String, String> changes)
      throws Refusal {
    try {
      return settings.with(changes);
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.INVALID, cut(String.valueOf(e.getMessage())));
    }
  }

  /**
   * Empties a card of visitors; again for another deadline.
   *
   * @param deadline for visitors who are bound to the card
   * @param force also when a service would have no card left
   */
  public CompletionStage<Views.CardView> drain(
      Caller caller, CardPosition position, Duration deadline, boolean force) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "drain card " + position + " within " + deadline.toSeconds() + " s",
        true,
        (cabinet, now) -> {
          Card card = require(cabinet, position);
          if (deadline.isNegative() || deadline.compareTo(LONGEST_DEADLINE) > 0) {
            throw new Refusal(
                Refusal.Kind.INVALID,
                "the deadline is " + deadline.toSeconds() + " s, outside 0 s to 7 days");
          }
          if (!force) {
            requireOthers(cabinet, card);
          }
          Drain drain = new Drain(now, now.plus(deadline), caller.user());
          return Decision.of(
              Inspection.view(cabinet, card.withDrain(drain)),
              new Change.CardDrained(position, drain.until(), drain.by()));
        });
  }

  /** Lets a card have visitors again. */
  public CompletionStage<Views.CardView> undrain(Caller caller, CardPosition position) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "undrain card " + position,
        true,
        (cabinet, _) -> {
          Card card = require(cabinet, position);
          return card.drain() == null
              ? Decision.nothing(Inspection.view(cabinet, card))
              : Decision.of(
                  Inspection.view(cabinet, card.withDrain(null)),
                  new Change.CardUndrained(position));
        });
  }

  /** Gives a free card to a service, beside those that it has. */
  public CompletionStage<Views.CardView> assign(
      Caller caller, CardPosition position, String service) {
    return reassign(
        caller,
        "assign card " + position + " to service " + cut(service),
        position,
        cabinet -> CardAssignment.assign(cabinet, position, service));
  }

  /**
   * Takes a card away from its services.
   *
   * @param force also when it still has visitors
   */
  public CompletionStage<Views.CardView> release(
      Caller caller, CardPosition position, boolean force) {
    return reassign(
        caller,
        "release card " + position,
        position,
        cabinet -> CardAssignment.release(cabinet, position, force));
  }

  /** Changes that follow from the state, or a refusal. */
  private interface Reassignment {
    List<Change> of(Cabinet cabinet) throws Refusal;
  }

  private CompletionStage<Views.CardView> reassign(
      Caller caller, String action, CardPosition position, Reassignment reassignment) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        action,
        true,
        (cabinet, now) -> {
          List<Change> changes = reassignment.of(cabinet);
          CabinetBuilder after = new CabinetBuilder(cabinet);
          changes.forEach(change -> after.apply(change, now));
          Cabinet then = after.view();
          return new Decision<>(changes, Inspection.view(then, require(then, position)));
        });
  }

  private static Card require(Cabinet cabinet, CardPosition position) throws Refusal {
    if (position.isManagement()) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "card " + position + " is a management card: only cards with services are drained");
    }
    return cabinet
        .card(position)
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.NOT_FOUND, "no card was ever seen in slot " + position));
  }

  private static void requireOthers(Cabinet cabinet, Card card) throws Refusal {
    for (Service service : cabinet.servicesOn(card.position())) {
      if (service.phase() == ServicePhase.ANNOUNCED && Routing.serves(service, card)) {
        boolean other = false;
        for (Placement placement : service.placements()) {
          Card each = cabinet.cards().get(placement.position());
          other |=
              each != null
                  && !each.position().equals(card.position())
                  && each.drain() == null
                  && Routing.serves(service, each);
        }
        if (!other) {
          throw new Refusal(
              Refusal.Kind.CONFLICT,
              "service "
                  + service.name()
                  + " would have no card left for new visitors; add a card first, or use --force");
        }
      }
    }
  }

  private static String cut(String text) {
    return text.length() > 512 ? text.substring(0, 512) + "…" : text;
  }
}
