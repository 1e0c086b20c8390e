package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisStatus;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.conduct.CardHardware;
import io.cade.engine.conduct.Holds;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.PowerHold;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an operator can do to a card's hardware (SPEC C1): power and locate LED. The order is
 * durable; the elected reader of the chassis carries it out. Thread-safe; stages complete
 * exceptionally like those of {@link Operations}.
 */
public final class HardwareOperations {
  /** Services of a card that is switched off in order have this long to end. */
  public static final Duration GRACE = Duration.ofSeconds(60);

  private final AuditedActions actions;
  private final Supplier<Observed> observed;

  /** What can be done to a card's power. */
  public enum Power {
    ON,
    OFF,
    /** Off, and on again after {@link PowerHold#CYCLE_TIME}. */
    CYCLE
  }

  HardwareOperations(AuditedActions actions, Supplier<Observed> observed) {
    this.actions = actions;
    this.observed = observed;
  }

  /**
   * Switches a card.
   *
   * @param atOnce without waiting for its visitors and services
   * @param force also when no other card of the chassis could switch it on again
   */
  public CompletionStage<Views.CardView> power(
      Caller caller, CardPosition position, Power power, boolean atOnce, boolean force) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "power " + power + (atOnce ? " at once" : "") + " card " + position,
        true,
        switching(caller.user(), position, power, atOnce, force));
  }

  /** What {@link #power} decides, without authorisation and record. */
  Transaction<Views.CardView> switching(
      String by, CardPosition position, Power power, boolean atOnce, boolean force) {
    return (cabinet, now) -> {
      Card card = require(cabinet, position);
      return switch (power) {
        case ON -> on(cabinet, card);
        case OFF, CYCLE -> off(by, cabinet, card, power, atOnce, force, now);
      };
    };
  }

  private Decision<Views.CardView> on(Cabinet cabinet, Card card) throws Refusal {
    PowerHold hold = card.hold();
    if (hold == null) {
      return Decision.nothing(Inspection.view(cabinet, card));
    }
    if (hold.reason() == PowerHold.Reason.HANDLE) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "the handle of card " + card.position() + " is open: close it, then it gets power");
    }
    requireBudget(cabinet, card);
    return new Decision<>(
        Holds.released(cabinet, card), Inspection.view(cabinet, card.withHold(null)));
  }

  private static Decision<Views.CardView> off(
      String by,
      Cabinet cabinet,
      Card card,
      Power power,
      boolean atOnce,
      boolean force,
      Instant now)
      throws Refusal {
    if (card.state() == CardState.ABSENT) {
      throw new Refusal(Refusal.Kind.CONFLICT, "there is no card in slot " + card.position());
    }
    if (power == Power.CYCLE && card.hold() != null) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card " + card.position() + " is switched off already: switch it on");
    }
    boolean other =
        cabinet.cards().values().stream()
            .anyMatch(c ->
                c.position().chassis() == card.position().chassis()
                    && !c.position().equals(card.position())
                    && c.state().isAlive()
                    && c.hold() == null);
    if (!other && !force) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card "
              + card.position()
              + " is the last that can read its chassis' bus: only a technician could switch it"
              + " on again; use --force");
    }
    PowerHold hold =
        new PowerHold(
            now,
            power == Power.CYCLE ? PowerHold.Reason.CYCLE : PowerHold.Reason.OPERATOR,
            atOnce ? now : now.plus(GRACE),
            power == Power.CYCLE ? now : null,
            by);
    return Decision.of(
        Inspection.view(cabinet, card.withHold(hold)),
        new Change.CardHeld(card.position(), hold.reason(), hold.endsBy(), hold.back(), hold.by()));
  }

  /** Refuses what the supplies cannot feed. */
  private void requireBudget(Cabinet cabinet, Card card) throws Refusal {
    int chassis = card.position().chassis();
    Observed.@Nullable ChassisHeard heard = observed.get().chassis().get(chassis);
    ChassisStatus status = heard == null ? null : heard.status();
    OptionalInt capacity =
        status == null ? OptionalInt.empty() : CardHardware.capacityForCards(status);
    if (capacity.isEmpty()) {
      return;
    }
    int demand =
        cabinet.cards().values().stream()
            .filter(c -> c.position().chassis() == chassis && CardHardware.draws(c))
            .mapToInt(CardHardware::maxWatts)
            .sum();
    int own = CardHardware.maxWatts(card);
    if (demand + own > capacity.getAsInt()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "the good supplies of chassis "
              + chassis
              + " give "
              + capacity.getAsInt()
              + " W for cards, "
              + demand
              + " W are taken, this card may draw "
              + own
              + " W: switch another off or replace the failed supply");
    }
  }

  /** Lights the locate LED of a slot, or not. */
  public CompletionStage<Views.CardView> locate(Caller caller, CardPosition position, boolean lit) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "locate card " + position + (lit ? " on" : " off"),
        true,
        lighting(position, lit));
  }

  /** What {@link #locate} decides, without authorisation and record. */
  Transaction<Views.CardView> lighting(CardPosition position, boolean lit) {
    return (cabinet, _) -> {
      Card card = require(cabinet, position);
      return card.locate() == lit
          ? Decision.nothing(Inspection.view(cabinet, card))
          : Decision.of(
              Inspection.view(cabinet, card.withLocate(lit)),
              new Change.CardLocated(position, lit));
    };
  }

  private static Card require(Cabinet cabinet, CardPosition position) throws Refusal {
    if (position.isManagement()) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "card " + position + " is a management card: its power and LEDs are not switched here");
    }
    return cabinet
        .card(position)
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.NOT_FOUND, "no card was ever seen in slot " + position));
  }
}
