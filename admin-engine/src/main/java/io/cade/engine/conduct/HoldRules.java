package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.ServiceStatus;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Drain;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A card on its way out of service and back (SPEC C3): an open handle, an operator, heat or the
 * power budget holds it; its visitors leave, its services are stopped, its slot loses power; then
 * it is OFF, and may be pulled without an alarm. What was asked for is withdrawn the same way: the
 * handle is closed, the operator switches on, it is cool again, there is power again.
 */
final class HoldRules {
  /** How long services may take to end when nobody says otherwise. */
  static final Duration GRACE = Duration.ofSeconds(60);

  /** The proxies have new routes well within this time; only then services are stopped. */
  static final Duration ROUTES_SETTLE = Duration.ofSeconds(2);

  private static final String DRAINED_BY = "power: ";

  private final ConductorPolicy policy;

  HoldRules(ConductorPolicy policy) {
    this.policy = policy;
  }

  void apply(Draft draft, Observed observed) {
    for (Card card : draft.cabinet().cards().values()) {
      if (card.role() == CardRole.SERVER && !card.position().isManagement()) {
        handle(draft, card, observed);
        Card now = again(draft, card);
        if (now.hold() == null) {
          back(draft, now, observed);
        } else {
          lead(draft, now, now.hold(), observed);
        }
      }
    }
  }

  private static Card again(Draft draft, Card card) {
    return draft.cabinet().card(card.position()).orElse(card);
  }

  private void handle(Draft draft, Card card, Observed observed) {
    PowerHold hold = card.hold();
    CardPosition at = card.position();
    ChassisStatus chassis =
        CardHardware.fresh(observed, at.chassis(), policy, draft.now()).orElse(null);
    if (chassis == null || !chassis.presentSlots().contains(at.slot())) {
      return;
    }
    boolean open = chassis.openHandles().contains(at.slot());
    if (open && hold == null && card.state().isAlive()) {
      draft.change(
          new Change.CardHeld(
              at, PowerHold.Reason.HANDLE, draft.now().plus(GRACE), null, "handle"));
    } else if (!open
        && hold != null
        && hold.reason() == PowerHold.Reason.HANDLE
        && heardSince(observed, at, hold.since())
        && heardSince(observed, at, card.since())) {
      if (card.state() == CardState.ABSENT) {
        // A card is in the slot again, and its power follows: it is not missing until it boots.
        draft.become(card, CardState.OFF, "put into its slot");
      }
      release(draft, again(draft, card));
    }
  }

  private static boolean isDark(ChassisStatus chassis, CardPosition at) {
    return chassis.outputs() != null && chassis.outputs().poweredOff().contains(at.slot());
  }

  /** What was read before the hold began says nothing of what happened after. */
  private static boolean heardSince(Observed observed, CardPosition at, Instant since) {
    Observed.ChassisHeard heard = observed.chassis().get(at.chassis());
    return heard != null && heard.at().isAfter(since);
  }

  private void lead(Draft draft, Card card, PowerHold hold, Observed observed) {
    CardPosition at = card.position();
    Instant now = draft.now();
    if (card.state() == CardState.BOOTING
        && !hold.reason().staysWithSlot()
        && card.since().isAfter(hold.since())) {
      // Another card, or the same one put back: what the technician asked for is done.
      release(draft, card);
      return;
    }
    Instant back = hold.back();
    if (card.state() == CardState.OFF
        && back != null
        && !now.isBefore(back)
        && !now.isBefore(card.since().plus(PowerHold.CYCLE_TIME))) {
      release(draft, card);
      return;
    }
    if (hold.reason() == PowerHold.Reason.HEAT
        && card.state().isAlive()
        && back != null
        && !now.isBefore(back)) {
      // Nobody could switch it off, and it is judged anew by what it reads now.
      release(draft, card);
      return;
    }
    if (card.state().isAlive()) {
      Drain drain = card.drain();
      if (drain == null) {
        draft.change(new Change.CardDrained(at, hold.endsBy(), by(hold)));
      }
      if (!now.isBefore(hold.since().plus(ROUTES_SETTLE))) {
        stopServices(draft, card, observed);
      }
    }
    ChassisStatus chassis = CardHardware.fresh(observed, at.chassis(), policy, now).orElse(null);
    if (chassis == null || !heardSince(observed, at, hold.since())) {
      return;
    }
    boolean seated = chassis.presentSlots().contains(at.slot());
    boolean dark = isDark(chassis, at);
    if (seated && dark && card.state() != CardState.ABSENT) {
      draft.become(card, CardState.OFF, cause(hold));
    } else if (seated
        && dark
        && hold.reason().staysWithSlot()
        && heardSince(observed, at, card.since())) {
      // Put into a slot that is to have no power: when it gets some, it is not missing until it
      // has booted.
      draft.become(card, CardState.OFF, "put into its slot; " + cause(hold));
    } else if (!seated && card.state() == CardState.OFF && heardSince(observed, at, card.since())) {
      draft.become(card, CardState.ABSENT, "pulled after it was switched off");
    }
  }

  /**
   * A card without a hold whose slot has power again boots; that it had power shows first. One that
   * was released when its power had just gone is off all the same, and not lost while it boots.
   */
  private void back(Draft draft, Card card, Observed observed) {
    CardPosition at = card.position();
    if ((card.state() != CardState.OFF && !card.state().isAlive())
        || !heardSince(observed, at, card.since())) {
      return;
    }
    CardHardware.fresh(observed, at.chassis(), policy, draft.now())
        .ifPresent(chassis -> {
          if (card.state().isAlive()) {
            if (isDark(chassis, at) && chassis.presentSlots().contains(at.slot())) {
              draft.become(card, CardState.OFF, "its slot has no power");
            }
          } else if (!chassis.presentSlots().contains(at.slot())) {
            draft.become(card, CardState.ABSENT, "pulled after it was switched off");
          } else if (chassis.outputs() != null && !isDark(chassis, at)) {
            draft.become(card, CardState.BOOTING, "has power again");
          }
        });
  }

  private static void stopServices(Draft draft, Card card, Observed observed) {
    CardPosition at = card.position();
    Observed.CardHeard heard = observed.cards().get(at);
    if (heard == null || !heard.bootId().equals(card.bootId())) {
      return;
    }
    for (ServiceStatus status : heard.services()) {
      if (isUp(status) && !draft.cabinet().queue(at).concerns(status.service())) {
        draft.change(
            new Change.CommandQueued(
                at, new Command.StopService(draft.cabinet().nextCommand(), status.service())));
        // Its route ends with the order: what the card says of it may be lost on the way.
        draft
            .cabinet()
            .service(status.service())
            .flatMap(s -> s.on(at))
            .filter(p -> p.state() == Placement.State.RUNNING)
            .ifPresent(p ->
                draft.change(
                    new Change.PlacementChanged(
                        status.service(),
                        new Placement(at, Placement.State.ORDERED, "being stopped", p.bootId()))));
      }
    }
  }

  private static boolean isUp(ServiceStatus status) {
    return switch (status.state()) {
      case RUNNING, STARTING -> true;
      case INSTALLED, STOPPED, FAILED -> false;
    };
  }

  /** Whether nothing on the card needs its power any more, or the time for that is over. */
  static boolean mayLosePower(Card card, PowerHold hold, Observed observed, Instant now) {
    if (card.state() == CardState.ABSENT) {
      return hold.reason().staysWithSlot();
    }
    if (!card.state().isAlive() || !now.isBefore(hold.endsBy())) {
      return true;
    }
    Observed.CardHeard heard = observed.cards().get(card.position());
    return heard != null
        && heard.bootId().equals(card.bootId())
        && heard.at().isAfter(hold.since().plus(ROUTES_SETTLE))
        && heard.services().stream().noneMatch(HoldRules::isUp);
  }

  /** The card is to have power: visitors may come again, its services are ordered anew. */
  static void release(Draft draft, Card card) {
    released(draft.cabinet(), card).forEach(draft::change);
  }

  /** What it takes for that. A drain that is not a hold's stays. */
  static List<Change> released(Cabinet cabinet, Card card) {
    CardPosition at = card.position();
    Drain drain = card.drain();
    List<Change> changes = new ArrayList<>();
    changes.add(new Change.CardReleased(at));
    // Of this hold, or of another one that it took the place of.
    if (drain != null && drain.by().startsWith(DRAINED_BY)) {
      changes.add(new Change.CardUndrained(at));
    }
    for (Service service : cabinet.servicesOn(at)) {
      Placement placement = service.on(at).orElseThrow();
      if (placement.state() != Placement.State.PENDING) {
        changes.add(new Change.PlacementChanged(service.name(), Placement.pending(at)));
      }
    }
    return changes;
  }

  private static String by(PowerHold hold) {
    return DRAINED_BY + hold.by();
  }

  /** Why it has no power, for people. */
  static String cause(PowerHold hold) {
    return switch (hold.reason()) {
      case OPERATOR -> "switched off by " + hold.by();
      case CYCLE -> "being switched off and on by " + hold.by();
      case HANDLE -> "its handle is open: it may be pulled";
      case HEAT -> "switched off: too hot";
      case BUDGET -> "switched off: the supplies cannot feed it";
    };
  }
}
