package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.Answer;
import io.cade.engine.model.ImageUpdate.CardStep;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.ImageUpdate.State;
import io.cade.engine.model.Service;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Carries another boot image from card to card in waves (SPEC U2): drain, stage, restart on trial,
 * serve, prove, make it stay. Never two cards of one service at once. The first that fails sends
 * all back ({@link ImageUpdateReturn}). Each pass looks only at what is durable and at what is
 * heard now, so that it goes on anywhere after a crash; and whatever happens to a card on the way,
 * its slots lead it back to the image that it had, as long as the new one was not made to stay.
 * Pure.
 */
final class ImageUpdateRules {
  /** Fetching and checking an image. */
  static final Duration STAGE_LIMIT = Duration.ofMinutes(10);

  /** A command that takes no time on the card, and its way there and back. */
  static final Duration ORDER_LIMIT = Duration.ofMinutes(2);

  private final ConductorPolicy policy;
  private final ImageUpdateReturn back;

  ImageUpdateRules(ConductorPolicy policy) {
    this.policy = policy;
    this.back = new ImageUpdateReturn(policy);
  }

  void apply(Draft draft, Observed observed) {
    for (String name : List.copyOf(draft.cabinet().updates().keySet())) {
      ImageUpdate update = now(draft, name);
      if (update.stage() == Stage.RUNNING) {
        for (CardStep step : update.underWay()) {
          if (now(draft, name).stage() == Stage.RUNNING) {
            advance(draft, now(draft, name), step, observed);
          }
        }
        if (now(draft, name).stage() == Stage.RUNNING) {
          ImageUpdateChoice.next(draft, now(draft, name));
        }
      }
      if (now(draft, name).stage() == Stage.RETURNING) {
        back.apply(draft, now(draft, name), observed);
      }
    }
  }

  static ImageUpdate now(Draft draft, String name) {
    ImageUpdate update = draft.cabinet().updates().get(name);
    if (update == null) {
      throw new IllegalStateException("updates are not removed within a pass");
    }
    return update;
  }

  /** Whether a card does not serve because it is being updated. */
  static boolean explains(Cabinet cabinet, Card card) {
    return (card.state().isAlive() || card.state() == CardState.BOOTING)
        && cabinet.updates().values().stream().anyMatch(u -> u.worksOn(card.position()));
  }

  private void advance(Draft draft, ImageUpdate update, CardStep step, Observed observed) {
    CardPosition at = step.position();
    Card card = draft.cabinet().cards().get(at);
    if (card == null) {
      set(draft, update.without(at));
      return;
    }
    switch (step.state()) {
      case DRAINING -> drain(draft, update, step, card, observed);
      case STAGING -> stage(draft, update, step, card);
      case RESTARTING, BOOTING -> boot(draft, update, step, card, observed);
      case STARTING -> start(draft, update, step, card);
      case TRYING -> tryOut(draft, update, step, card, observed);
      case PROVING -> prove(draft, update, step, card, observed);
      case MARKING -> mark(draft, update, step, card);
      case DONE,
          BACK_DRAINING,
          BACK_ORDERED,
          BACK_CYCLED,
          BACK_BOOTING,
          BACK_STARTING,
          RETURNED -> {
        // Not on the way up.
      }
    }
  }

  private static void drain(
      Draft draft, ImageUpdate update, CardStep step, Card card, Observed observed) {
    if (isAway(card)) {
      undrain(draft, update, card);
      set(draft, update.without(card.position()));
    } else if (!ImageUpdateChoice.alone(draft.cabinet(), card).isEmpty()) {
      // Its visitors have nowhere else to go by now; the image can be fetched all the same.
      undrain(draft, update, card);
      CardSlots.of(draft.cabinet(), card).stage(draft, update, step, card);
    } else if (isEmpty(draft, update, step, card, observed)) {
      CardSlots.of(draft.cabinet(), card).stage(draft, update, step, card);
    }
  }

  /** Whether a drained card has no visitors any more, or their time is over. */
  static boolean isEmpty(
      Draft draft, ImageUpdate update, CardStep step, Card card, Observed observed) {
    boolean settled = !draft.now().isBefore(step.since().plus(HoldRules.ROUTES_SETTLE));
    boolean over = !draft.now().isBefore(step.since().plus(update.course().drain()));
    List<Service> services = draft.cabinet().servicesOn(card.position());
    return services.isEmpty()
        || (settled
            && (over
                || services.stream()
                    .allMatch(
                        s -> RolloutRules.isEmpty(s, step.since(), card.position(), observed))));
  }

  private void stage(Draft draft, ImageUpdate update, CardStep step, Card card) {
    CardPosition at = card.position();
    CardSlots slots = CardSlots.of(draft.cabinet(), card);
    Answer answer = slots.staged(draft, update, step);
    if (isAway(card)) {
      fail(draft, update, "card " + at + " was lost while the image was staged");
    } else if (answer == Answer.FAILED) {
      fail(draft, update, "card " + at + ": " + step.detail());
    } else if (answer == Answer.DONE) {
      restart(draft, update, step, card);
    } else if (isOver(draft, step, STAGE_LIMIT)) {
      fail(
          draft,
          update,
          "the image was not staged for card %s within %d s"
              .formatted(at, STAGE_LIMIT.toSeconds()));
    } else if (!ImageUpdateChoice.alone(draft.cabinet(), card).isEmpty()) {
      undrain(draft, update, card);
    }
  }

  /**
   * Fetching takes minutes, in which another card of its services may have been lost: then this one
   * serves on until that one does, or its place has gone to another card. There is no limit, as
   * there is none before a card is begun: nothing presses but the operator, who can cancel.
   */
  private static void restart(Draft draft, ImageUpdate update, CardStep step, Card card) {
    boolean heldUp = isHeldUp(draft.cabinet(), update, card);
    String alone = ImageUpdateChoice.alone(draft.cabinet(), card);
    String waits =
        alone.isEmpty() && heldUp ? ImageUpdateChoice.changed(draft.cabinet(), card) : alone;
    if (!waits.isEmpty()) {
      undrain(draft, update, card);
      if (!step.detail().equals("waits " + waits)) {
        set(draft, update.with(step.noted("waits " + waits)));
      }
    } else if (heldUp && serve(draft, card)) {
      ImageUpdateChoice.empty(draft, update, card);
      set(draft, update.with(step.into(State.DRAINING, draft.now(), 0, card.bootId())));
    } else {
      CardSlots.of(draft.cabinet(), card).restart(draft, update, step, card);
    }
  }

  /**
   * Whether the card has the image beside what it runs and its visitors back: it does not go on
   * before it is emptied once more, and may be given other things meanwhile.
   */
  static boolean isHeldUp(Cabinet cabinet, ImageUpdate update, Card card) {
    return card.drain() == null
        && update.on(card.position()).filter(s -> s.state() == State.STAGING).isPresent()
        && !cabinet.servicesOn(card.position()).isEmpty();
  }

  private void boot(Draft draft, ImageUpdate update, CardStep step, Card card, Observed observed) {
    CardPosition at = card.position();
    boolean rebooted = !card.bootId().equals(step.bootId());
    if (card.state().isAlive() && rebooted) {
      if (runs(card, update)) {
        set(draft, update.with(step.into(State.STARTING, draft.now(), 0, card.bootId())));
      } else {
        fail(draft, update, "card %s came back with %s".formatted(at, version(card)));
      }
    } else if (step.answer() == Answer.FAILED) {
      fail(draft, update, "card " + at + ": " + step.detail());
    } else if (step.state() == State.RESTARTING && step.answer() == Answer.DONE) {
      if (card.state().isAlive()) {
        draft.become(card, CardState.BOOTING, "restarts into image " + update.image().version());
      }
      set(draft, update.with(step.into(State.BOOTING, draft.now(), 0, step.bootId())));
    } else if (step.state() == State.RESTARTING
        && (!card.state().isAlive() || EngineSlots.isLeaving(draft, step, card, observed))) {
      // It leaves without a word, as one does that can say so only after its restart.
      if (card.state().isAlive()) {
        draft.become(card, CardState.BOOTING, "restarts into image " + update.image().version());
      }
      set(draft, update.with(step.into(State.BOOTING, draft.now(), step.command(), step.bootId())));
    } else if (step.state() == State.RESTARTING && isOver(draft, step, ORDER_LIMIT)) {
      fail(draft, update, "card " + at + " did not restart");
    } else if (step.state() == State.BOOTING && isOver(draft, step, policy.bootTime())) {
      fail(
          draft,
          update,
          "card %s did not come back from its restart within %d s"
              .formatted(at, policy.bootTime().toSeconds()));
    }
  }

  private static void start(Draft draft, ImageUpdate update, CardStep step, Card card) {
    CardPosition at = card.position();
    if (isAway(card) || !card.bootId().equals(step.bootId())) {
      fail(draft, update, "card " + at + " was lost while its services started");
    } else if (serve(draft, card)) {
      set(draft, update.with(step.into(State.TRYING, draft.now(), 0, card.bootId())));
    } else if (isOver(draft, step, RolloutRules.START_LIMIT)) {
      fail(
          draft,
          update,
          "services of card %s did not come up within %d s"
              .formatted(at, RolloutRules.START_LIMIT.toSeconds()));
    }
  }

  /** Its services answer the engine through the proxies; only then visitors come again. */
  private static void tryOut(
      Draft draft, ImageUpdate update, CardStep step, Card card, Observed observed) {
    if (isAway(card) || !card.bootId().equals(step.bootId())) {
      fail(draft, update, "card " + card.position() + " was lost while it was tried");
      return;
    }
    ImageUpdateProof.Trial trial = ImageUpdateProof.trial(draft, step, card, observed);
    if (!trial.fault().isEmpty()) {
      fail(draft, update, trial.fault());
    } else if (trial.passed()) {
      undrain(draft, update, card);
      set(draft, update.with(step.into(State.PROVING, draft.now(), 0, card.bootId())));
    } else if (!trial.waits().isEmpty() && !step.detail().equals(trial.waits())) {
      set(draft, update.with(step.noted(trial.waits())));
    }
  }

  private static void prove(
      Draft draft, ImageUpdate update, CardStep step, Card card, Observed observed) {
    CardPosition at = card.position();
    if (isAway(card) || !card.bootId().equals(step.bootId())) {
      fail(draft, update, "card " + at + " was lost while it proved the image");
      return;
    }
    ImageUpdateProof proof = ImageUpdateProof.of(draft, step, card, observed);
    if (!proof.fault().isEmpty()) {
      fail(draft, update, proof.fault());
      return;
    }
    Duration spent = Duration.between(step.since(), draft.now());
    if (spent.compareTo(update.course().gate()) < 0) {
      return;
    }
    if (proof.seen()) {
      CardSlots.of(draft.cabinet(), card).keep(draft, update, step, card);
    } else if (spent.compareTo(update.course().gate().plus(RolloutRules.SILENT_PROXIES)) > 0) {
      fail(draft, update, "nobody says that card " + at + " is reached under the image");
    }
  }

  private static void mark(Draft draft, ImageUpdate update, CardStep step, Card card) {
    CardPosition at = card.position();
    if (step.answer() == Answer.DONE) {
      set(draft, update.with(step.ended(State.DONE, draft.now(), "")));
    } else if (step.answer() == Answer.FAILED) {
      fail(draft, update, "card " + at + ": " + step.detail());
    } else if (isAway(card) || !card.bootId().equals(step.bootId())) {
      fail(draft, update, "card " + at + " was lost before the image was made to stay");
    } else if (isOver(draft, step, ORDER_LIMIT)) {
      fail(draft, update, "card " + at + " did not make the image stay");
    }
  }

  /** Ends the way up with an alarm: all cards go back. */
  static void fail(Draft draft, ImageUpdate update, String cause) {
    String source = "image " + update.name();
    String text = words(update, cause);
    // A card that does not come back well is a part of the failure that sent it back.
    if (!UpdateFailures.goesOn(draft, source, words(update, update.cause()), text)) {
      UpdateFailures.raise(draft, source, text);
    }
    set(draft, update.into(Stage.RETURNING, draft.now(), cause));
  }

  private static String words(ImageUpdate update, String cause) {
    return "version %s: %s".formatted(update.image().version(), cause);
  }

  static void set(Draft draft, ImageUpdate update) {
    draft.change(new Change.ImageUpdateChanged(update));
  }

  /** Whether all that is bound to the card answers there. */
  static boolean serve(Draft draft, Card card) {
    return draft.cabinet().servicesOn(card.position()).stream()
        .filter(ImageUpdateChoice::isServed)
        .allMatch(s -> Routing.serves(s, card));
  }

  static boolean runs(Card card, ImageUpdate update) {
    var software = card.software();
    return software != null
        && software.imageName().equals(update.name())
        && software.imageVersion().equals(update.image().version());
  }

  static String version(Card card) {
    var software = card.software();
    return software == null
        ? "nothing that is known"
        : software.imageName() + " " + software.imageVersion();
  }

  static boolean isAway(Card card) {
    return !card.state().isAlive() || card.hold() != null;
  }

  static boolean isOver(Draft draft, CardStep step, Duration limit) {
    Instant end = step.since().plus(limit);
    return !draft.now().isBefore(end);
  }

  static void undrain(Draft draft, ImageUpdate update, Card card) {
    var drain = card.drain();
    if (drain != null && drain.by().equals(by(update))) {
      draft.change(new Change.CardUndrained(card.position()));
    }
  }

  static String by(ImageUpdate update) {
    return "update to image " + update.name() + " " + update.image().version();
  }
}
