package io.cade.engine.conduct;

import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.Answer;
import io.cade.engine.model.ImageUpdate.CardStep;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.ImageUpdate.State;
import io.cade.engine.model.PowerHold;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.util.List;

/**
 * Brings cards back to the image that they had, one after the other, the last first. A card that
 * does not obey has its power switched off and on once: its slots then lead it back by themselves.
 * One that cannot be brought back even so is named, and does not keep the others. A card that
 * serves is not taken out while another one of its services is missing. Pure.
 */
final class ImageUpdateReturn {
  /**
   * How long cards that serve wait for the others of their services, from the beginning of the way
   * back or the last card that was lost on it. Longer than it takes for the place of a lost card to
   * go to another one; not for ever, because the image is to be given up.
   */
  static final Duration PEER_LIMIT = Duration.ofMinutes(15);

  private final ConductorPolicy policy;

  ImageUpdateReturn(ConductorPolicy policy) {
    this.policy = policy;
  }

  void apply(Draft draft, ImageUpdate update, Observed observed) {
    List<CardStep> left = update.cards().stream().filter(c -> c.state() != State.RETURNED).toList();
    if (left.isEmpty()) {
      ImageUpdateRules.set(draft, update.into(Stage.RETURNED, draft.now(), update.cause()));
      return;
    }
    // One that is on its way back first; else those under way, which have no visitors as it is.
    CardStep step =
        left.stream()
            .filter(c -> isOnTheWayBack(c.state()))
            .findFirst()
            .orElseGet(() ->
                left.reversed().stream()
                    .filter(c -> c.state().isUnderWay())
                    .findFirst()
                    .orElse(left.getLast()));
    Card card = draft.cabinet().cards().get(step.position());
    if (card == null) {
      ImageUpdateRules.set(draft, update.without(step.position()));
      return;
    }
    switch (step.state()) {
      case DRAINING -> end(draft, update, step, card, "");
      case STAGING, RESTARTING, BOOTING, STARTING, TRYING -> order(draft, update, step, card);
      case PROVING, MARKING -> drain(draft, update, step, card);
      case DONE -> {
        // It serves well, unlike a card of its service that was lost: that one's place goes to
        // another card first, if there is one.
        boolean serves = ImageUpdateRules.serve(draft, card);
        boolean alone =
            !ImageUpdateChoice.missing(draft.cabinet(), card).isEmpty()
                || !ImageUpdateChoice.changed(draft.cabinet(), card).isEmpty();
        if (!serves || !alone || !draft.now().isBefore(update.since().plus(PEER_LIMIT))) {
          drain(draft, update, step, card);
        }
      }
      case BACK_DRAINING -> {
        if (ImageUpdateRules.isAway(card)
            || ImageUpdateRules.isEmpty(draft, update, step, card, observed)) {
          order(draft, update, step, card);
        }
      }
      case BACK_ORDERED, BACK_CYCLED -> obey(draft, update, step, card, observed);
      case BACK_BOOTING -> boot(draft, update, step, card);
      case BACK_STARTING -> start(draft, update, step, card);
      case RETURNED -> {
        // Filtered above.
      }
    }
  }

  private static boolean isOnTheWayBack(State state) {
    return switch (state) {
      case BACK_DRAINING, BACK_ORDERED, BACK_CYCLED, BACK_BOOTING, BACK_STARTING -> true;
      case DRAINING,
          STAGING,
          RESTARTING,
          BOOTING,
          STARTING,
          TRYING,
          PROVING,
          MARKING,
          DONE,
          RETURNED ->
          false;
    };
  }

  private static void drain(Draft draft, ImageUpdate update, CardStep step, Card card) {
    if (ImageUpdateRules.isAway(card)
        || card.drain() != null
        || draft.cabinet().servicesOn(card.position()).isEmpty()) {
      order(draft, update, step, card);
      return;
    }
    draft.change(
        new Change.CardDrained(
            card.position(),
            draft.now().plus(update.course().drain()),
            ImageUpdateRules.by(update)));
    ImageUpdateRules.set(
        draft, update.with(step.into(State.BACK_DRAINING, draft.now(), 0, card.bootId())));
  }

  private static void order(Draft draft, ImageUpdate update, CardStep step, Card card) {
    CardSlots.of(draft.cabinet(), card)
        .revert(
            draft, update, step, card, cut(ImageUpdateRules.by(update) + ": " + update.cause()));
  }

  private void obey(Draft draft, ImageUpdate update, CardStep step, Card card, Observed observed) {
    boolean rebooted = !card.bootId().equals(step.bootId());
    boolean alive = card.state().isAlive();
    boolean byBooting = CardSlots.of(draft.cabinet(), card).goesBackByBooting();
    if (byBooting && rebooted && alive) {
      if (step.state() == State.BACK_ORDERED && ImageUpdateRules.runs(card, update)) {
        // It had the image's boot script in hand when the way back began: once more.
        EngineSlots.reboot(draft, update, step, State.BACK_BOOTING, card);
      } else {
        came(draft, update, step, card);
      }
    } else if (step.state() == State.BACK_ORDERED
        && alive
        && EngineSlots.isLeaving(draft, step, card, observed)) {
      draft.become(card, CardState.BOOTING, "restarts into the image of before");
      ImageUpdateRules.set(
          draft,
          update.with(step.into(State.BACK_BOOTING, draft.now(), step.command(), step.bootId())));
    } else if (step.answer() == Answer.DONE) {
      // Also one that was just about to boot the image when it was told.
      boolean restarts =
          step.detail().startsWith("restarts")
              && (!rebooted || ImageUpdateRules.runs(card, update));
      if (restarts && alive) {
        draft.become(card, CardState.BOOTING, "restarts into the image of before");
      }
      ImageUpdateRules.set(
          draft,
          update.with(
              step.into(
                  restarts ? State.BACK_BOOTING : State.BACK_STARTING,
                  draft.now(),
                  0,
                  restarts ? card.bootId() : step.bootId())));
    } else if (step.answer() == Answer.FAILED && !byBooting) {
      end(draft, update, step, card, "could not be brought back: " + step.detail());
    } else if ((step.answer() == Answer.FAILED && step.state() == State.BACK_ORDERED)
        || ImageUpdateRules.isOver(draft, step, patience())) {
      // One that cannot restart itself is helped by its power as well.
      if (step.state() == State.BACK_CYCLED || card.hold() != null) {
        end(draft, update, step, card, "could not be brought back: it does not answer");
      } else {
        cycle(draft, update, step, card);
      }
    }
  }

  private static void cycle(Draft draft, ImageUpdate update, CardStep step, Card card) {
    draft.change(
        new Change.CardHeld(
            card.position(),
            PowerHold.Reason.CYCLE,
            draft.now(),
            draft.now(),
            ImageUpdateRules.by(update)));
    ImageUpdateRules.set(
        draft,
        update.with(step.into(State.BACK_CYCLED, draft.now(), step.command(), step.bootId())));
  }

  private void boot(Draft draft, ImageUpdate update, CardStep step, Card card) {
    boolean rebooted = !card.bootId().equals(step.bootId());
    if (card.state().isAlive() && rebooted) {
      came(draft, update, step, card);
    } else if (step.answer() == Answer.FAILED || ImageUpdateRules.isOver(draft, step, patience())) {
      if (card.hold() == null && CardSlots.of(draft.cabinet(), card).goesBackByBooting()) {
        cycle(draft, update, step, card);
        return;
      }
      end(draft, update, step, card, "did not come back from its restart");
    }
  }

  private static void came(Draft draft, ImageUpdate update, CardStep step, Card card) {
    if (ImageUpdateRules.runs(card, update)) {
      end(draft, update, step, card, "came back with the image that it was to give up");
    } else {
      ImageUpdateRules.set(
          draft, update.with(step.into(State.BACK_STARTING, draft.now(), 0, card.bootId())));
    }
  }

  private static void start(Draft draft, ImageUpdate update, CardStep step, Card card) {
    if (card.state().isAlive() && ImageUpdateRules.serve(draft, card)) {
      end(draft, update, step, card, "");
    } else if (ImageUpdateRules.isOver(draft, step, RolloutRules.START_LIMIT)) {
      end(draft, update, step, card, "its services did not come up again");
    }
  }

  private Duration patience() {
    return policy.bootTime().plus(policy.silence());
  }

  private static void end(
      Draft draft, ImageUpdate update, CardStep step, Card card, String remark) {
    ImageUpdateRules.undrain(draft, update, card);
    CardSlots.leave(draft, step);
    ImageUpdate ended = update.with(step.ended(State.RETURNED, draft.now(), remark));
    if (remark.isEmpty()) {
      ImageUpdateRules.set(draft, ended);
      return;
    }
    String cause = cut(update.cause() + "; card " + card.position() + " " + remark);
    // Somebody has to look at that card, whoever began it.
    ImageUpdateRules.fail(draft, ended, cause);
  }

  private static String cut(String text) {
    return text.length() <= 250 ? text : text.substring(0, 249) + "…";
  }
}
