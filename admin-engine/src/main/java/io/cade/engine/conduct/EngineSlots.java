package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.Answer;
import io.cade.engine.model.ImageUpdate.CardStep;
import io.cade.engine.model.ImageUpdate.State;
import io.cade.engine.model.SlotImage;
import io.cade.engine.model.StoredImage;
import io.cade.engine.observe.Observed;
import java.util.Optional;

/**
 * The slots of a card that boots from the network and keeps nothing: the engine is its boot loader,
 * a {@link SlotImage} its slot record, and a restart all that the card itself has to do. What the
 * record says is durable together with the step that needs it, so that no boot of the card,
 * whenever it comes, gets what it should not. Pure.
 */
final class EngineSlots implements CardSlots {

  /** The image in the engine's store that a card says it runs. */
  static Optional<StoredImage> runningOn(Cabinet cabinet, Card card) {
    return cabinet.images().values().stream().filter(image -> runs(card, image)).findFirst();
  }

  /** Whether the card says that it runs this image. */
  static boolean runs(Card card, StoredImage image) {
    var software = card.software();
    return software != null
        && image.name().equals(software.imageName())
        && image.version().equals(software.imageVersion())
        && (software.architecture().isEmpty()
            || image.architecture().equals(software.architecture()));
  }

  /** Why nothing would lead back from another image; empty when something does. */
  static String noWayBack(Cabinet cabinet, Card card) {
    return runningOn(cabinet, card).isPresent()
        ? ""
        : "card %s boots from the network and runs %s, which is not among the engine's images any"
                .formatted(card.position(), ImageUpdateRules.version(card))
            + " more: import it, or nothing would lead back to it";
  }

  @Override
  public void stage(Draft draft, ImageUpdate update, CardStep step, Card card) {
    StoredImage had = runningOn(draft.cabinet(), card).orElse(null);
    long build = update.image().build();
    if (had == null) {
      ImageUpdateRules.fail(draft, update, noWayBack(draft.cabinet(), card));
      return;
    }
    if (build < Math.max(had.build(), had.minimumBuild())) {
      // As slots on a card refuse it.
      ImageUpdateRules.fail(
          draft,
          update,
          "card %s: build %d is older than build %d of image %s %s that it runs; image use with"
                  .formatted(card.position(), build, had.build(), had.name(), had.version())
              + " --allow-older brings an older one");
      return;
    }
    ImageUpdateRules.set(
        draft, update.with(step.into(State.STAGING, draft.now(), 0, card.bootId())));
  }

  @Override
  public Answer staged(Draft draft, ImageUpdate update, CardStep step) {
    if (draft.cabinet().images().containsKey(update.image().digest())) {
      return Answer.DONE;
    }
    if (step.answer() == Answer.WAITING) {
      draft.order(new Order.StoreImage(update.image().digest()));
    }
    return step.answer();
  }

  @Override
  public void restart(Draft draft, ImageUpdate update, CardStep step, Card card) {
    StoredImage had = runningOn(draft.cabinet(), card).orElse(null);
    if (had == null) {
      ImageUpdateRules.fail(draft, update, noWayBack(draft.cabinet(), card));
      return;
    }
    draft.change(
        new Change.SlotImageChanged(
            SlotImage.onTrial(card.position(), had.digest(), update.image().digest())));
    reboot(draft, update, step, State.RESTARTING, card);
  }

  /** The card is to restart, into what its slot says by now. */
  static void reboot(Draft draft, ImageUpdate update, CardStep step, State next, Card card) {
    CardSlots.order(
        draft, update, step, next, card, new Command.Reboot(draft.cabinet().nextCommand()));
  }

  @Override
  public void keep(Draft draft, ImageUpdate update, CardStep step, Card card) {
    SlotImage slot =
        draft
            .cabinet()
            .slotImage(card.position())
            .orElseThrow(
                () -> new IllegalStateException("a trial of " + card.position() + " is on record"));
    draft.change(new Change.SlotImageChanged(slot.good(update.image().digest())));
    ImageUpdateRules.set(
        draft,
        update.with(step.into(State.MARKING, draft.now(), 0, card.bootId()).answered(true, "")));
  }

  /**
   * From here on every boot leads to the image of before. A card that runs the other one has to
   * restart; one that was told to restart is waited for, because it may be on its way already.
   */
  @Override
  public void revert(Draft draft, ImageUpdate update, CardStep step, Card card, String reason) {
    CardPosition at = card.position();
    draft
        .cabinet()
        .slotImage(at)
        .map(SlotImage::returned)
        .ifPresent(slot -> draft.change(new Change.SlotImageChanged(slot)));
    boolean leaving =
        (step.state() == State.RESTARTING || step.state() == State.BOOTING)
            && CardSlots.waits(draft.cabinet(), step);
    if (leaving) {
      // The same restart now leads back; its boot is told from the one before it as always.
      ImageUpdateRules.set(
          draft,
          update.with(step.into(State.BACK_ORDERED, draft.now(), step.command(), step.bootId())));
    } else if (ImageUpdateRules.isAway(card) || ImageUpdateRules.runs(card, update)) {
      reboot(draft, update, step, State.BACK_ORDERED, card);
    } else {
      ImageUpdateRules.set(
          draft,
          update.with(
              step.into(State.BACK_ORDERED, draft.now(), 0, card.bootId())
                  .answered(true, "does not run here")));
    }
  }

  /**
   * Whether the card has been given the step's order to restart, after the step began: it says
   * nothing more until it is back, and nobody is to miss it meanwhile.
   */
  static boolean isLeaving(Draft draft, CardStep step, Card card, Observed observed) {
    Observed.CommandFetch fetch = observed.fetches().get(step.position());
    return fetch != null
        && fetch.command() == step.command()
        && fetch.first().isAfter(step.since())
        && card.bootId().equals(step.bootId())
        && CardSlots.of(draft.cabinet(), card).goesBackByBooting()
        && CardSlots.waits(draft.cabinet(), step);
  }

  @Override
  public boolean goesBackByBooting() {
    return true;
  }

  /** Nothing but the image of before is booted from now on. */
  static void leave(Draft draft, CardPosition at) {
    draft
        .cabinet()
        .slotImage(at)
        .map(SlotImage::returned)
        .ifPresent(slot -> draft.change(new Change.SlotImageChanged(slot)));
    settle(draft, at);
  }

  /** Takes the way back off the record; a slot that boots what all boot needs none. */
  static void settle(Draft draft, CardPosition at) {
    SlotImage slot = draft.cabinet().slotImage(at).orElse(null);
    if (slot == null || (slot.before().isEmpty() && slot.trial().isEmpty())) {
      return;
    }
    StoredImage stays = draft.cabinet().images().get(slot.stays());
    draft.change(
        stays != null && stays.used()
            ? new Change.SlotImageForgotten(at)
            : new Change.SlotImageChanged(slot.settled()));
  }
}
