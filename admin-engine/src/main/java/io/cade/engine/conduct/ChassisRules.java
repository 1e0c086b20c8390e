package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.Command;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.PowerHold;
import io.cade.engine.observe.Observed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings the outputs of each chassis (power of the slots, LEDs, least fan drive) to what the cards'
 * states ask for, by commands to the elected reader (SPEC C6). A command holds the whole state, so
 * that another reader can take over at any point; what waits for a card that reads no longer is
 * void.
 */
final class ChassisRules {
  /** Percent: a card with a temperature alarm wants all the air there is. */
  private static final int ALL_AIR = 100;

  private final ConductorPolicy policy;

  ChassisRules(ConductorPolicy policy) {
    this.policy = policy;
  }

  void apply(Draft draft, Observed observed) {
    voidStrays(draft, observed);
    Map<Integer, List<Card>> byChassis = new TreeMap<>();
    for (Card card : draft.cabinet().cards().values()) {
      byChassis.computeIfAbsent(card.position().chassis(), _ -> new ArrayList<>()).add(card);
    }
    observed
        .chassis()
        .forEach((number, heard) -> {
          ChassisStatus status =
              CardHardware.fresh(observed, number, policy, draft.now()).orElse(null);
          ChassisOutputs set = status == null ? null : status.outputs();
          if (set != null && alive(draft, heard.reader())) {
            ChassisOutputs wanted =
                wanted(byChassis.getOrDefault(number, List.of()), observed, draft);
            if (wanted.equals(set)) {
              withdraw(draft, heard.reader());
            } else {
              order(draft, heard.reader(), wanted);
            }
          }
        });
  }

  private static boolean alive(Draft draft, CardPosition at) {
    return draft.cabinet().card(at).filter(c -> c.state().isAlive()).isPresent();
  }

  private static ChassisOutputs wanted(List<Card> cards, Observed observed, Draft draft) {
    List<Integer> off = new ArrayList<>();
    List<Integer> blue = new ArrayList<>();
    List<Integer> locate = new ArrayList<>();
    boolean hot = false;
    for (Card card : cards) {
      int slot = card.position().slot();
      PowerHold hold = card.hold();
      if (hold != null && HoldRules.mayLosePower(card, hold, observed, draft.now())) {
        off.add(slot);
        if (card.state() != CardState.ABSENT) {
          blue.add(slot);
        }
      }
      if (card.locate()) {
        locate.add(slot);
      }
      hot |= card.state().isAlive() && HeatRules.level(draft.cabinet(), card.position()) != null;
    }
    int floor = hot ? ALL_AIR : ChassisOutputs.NO_FLOOR;
    return new ChassisOutputs(off, blue, locate, floor);
  }

  /**
   * What is wanted was read: what still waits is not wanted any more, such as the end of a power
   * whose hold was released meanwhile.
   */
  private static void withdraw(Draft draft, CardPosition reader) {
    for (Command waiting : draft.cabinet().queue(reader).waiting()) {
      if (waiting instanceof Command.SetChassisOutputs set) {
        draft.change(
            new Change.CommandFinished(reader, set.id(), true, "void: not wanted any more"));
      }
    }
  }

  private static void order(Draft draft, CardPosition reader, ChassisOutputs wanted) {
    for (Command waiting : draft.cabinet().queue(reader).waiting()) {
      if (waiting instanceof Command.SetChassisOutputs set) {
        if (set.outputs().equals(wanted)) {
          return;
        }
        draft.change(
            new Change.CommandFinished(reader, set.id(), true, "void: a newer one follows"));
      }
    }
    draft.change(
        new Change.CommandQueued(
            reader, new Command.SetChassisOutputs(draft.cabinet().nextCommand(), wanted)));
  }

  private static void voidStrays(Draft draft, Observed observed) {
    for (CardPosition at : List.copyOf(draft.cabinet().queues().keySet())) {
      Observed.ChassisHeard heard = observed.chassis().get(at.chassis());
      boolean reads = heard != null && heard.reader().equals(at) && alive(draft, at);
      for (Command waiting : draft.cabinet().queue(at).waiting()) {
        if (waiting instanceof Command.SetChassisOutputs && heard != null && !reads) {
          draft.change(
              new Change.CommandFinished(at, waiting.id(), true, "void: another card reads"));
        }
      }
    }
  }
}
