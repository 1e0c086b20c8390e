package io.cade.engine.conduct;

import io.cade.agent.wire.BootsFrom;
import io.cade.agent.wire.Command;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.Answer;
import io.cade.engine.model.ImageUpdate.CardStep;
import io.cade.engine.model.ImageUpdate.State;

/**
 * The two slots from which a card boots, wherever they are (SPEC B5, U2): what an update asks of
 * them. Each order is one step of the card, and what is said of it is the step's {@link Answer}.
 * Pure.
 */
interface CardSlots {
  /** Those of a card; a slot's record tells also of one that was pulled meanwhile. */
  static CardSlots of(Cabinet cabinet, Card card) {
    var software = card.software();
    boolean network = software != null && software.bootsFrom() == BootsFrom.NETWORK;
    return network || cabinet.slotImage(card.position()).isPresent()
        ? new EngineSlots()
        : new OwnSlots();
  }

  /** The image is to be fetched, checked and put beside the one that runs. */
  void stage(Draft draft, ImageUpdate update, CardStep step, Card card);

  /** What has become of that; asked in each pass. */
  Answer staged(Draft draft, ImageUpdate update, CardStep step);

  /** The card is to restart; its next boot is the only one of the image. */
  void restart(Draft draft, ImageUpdate update, CardStep step, Card card);

  /** The image that runs is to stay. */
  void keep(Draft draft, ImageUpdate update, CardStep step, Card card);

  /**
   * The image is never to be booted again, and the card to run what it had: told with the command's
   * answer, whose detail begins with {@code restarts} when the card has to restart for that.
   *
   * @param reason for the card's record
   */
  void revert(Draft draft, ImageUpdate update, CardStep step, Card card, String reason);

  /**
   * Whether a restart is all that the card has to do to go back, so that its boot is the answer.
   */
  boolean goesBackByBooting();

  /** The card has what it had, or cannot be brought back: it is left alone. */
  static void leave(Draft draft, CardStep step) {
    EngineSlots.leave(draft, step.position());
  }

  /** The whole update is over: nothing leads back any more. */
  static void over(Draft draft, ImageUpdate update) {
    update.cards().forEach(step -> EngineSlots.settle(draft, step.position()));
  }

  /** In the card's own flash: its agent does what it is told, and its boot loader decides. */
  final class OwnSlots implements CardSlots {
    @Override
    public void stage(Draft draft, ImageUpdate update, CardStep step, Card card) {
      ImageUpdate.Image image = update.image();
      order(
          draft,
          update,
          step,
          State.STAGING,
          card,
          new Command.StageImage(draft.cabinet().nextCommand(), image.digest(), image.bytes(), ""));
    }

    @Override
    public Answer staged(Draft draft, ImageUpdate update, CardStep step) {
      return step.answer();
    }

    @Override
    public void restart(Draft draft, ImageUpdate update, CardStep step, Card card) {
      order(
          draft,
          update,
          step,
          State.RESTARTING,
          card,
          new Command.BootImage(draft.cabinet().nextCommand(), update.image().digest()));
    }

    @Override
    public void keep(Draft draft, ImageUpdate update, CardStep step, Card card) {
      order(
          draft,
          update,
          step,
          State.MARKING,
          card,
          new Command.MarkImage(draft.cabinet().nextCommand(), update.image().digest()));
    }

    @Override
    public void revert(Draft draft, ImageUpdate update, CardStep step, Card card, String reason) {
      for (Command waiting : draft.cabinet().queue(card.position()).waiting()) {
        if (waiting instanceof Command.OfImage) {
          // What was ordered on the way up must not follow the order to go back.
          draft.change(
              new Change.CommandFinished(
                  card.position(), waiting.id(), true, "void: the update goes back"));
        }
      }
      order(
          draft,
          ImageUpdateRules.now(draft, update.name()),
          step,
          State.BACK_ORDERED,
          card,
          new Command.RevertImage(draft.cabinet().nextCommand(), update.image().digest(), reason));
    }

    @Override
    public boolean goesBackByBooting() {
      return false;
    }
  }

  static void order(
      Draft draft, ImageUpdate update, CardStep step, State next, Card card, Command command) {
    draft.change(new Change.CommandQueued(card.position(), command));
    ImageUpdateRules.set(
        draft, update.with(step.into(next, draft.now(), command.id(), card.bootId())));
  }

  /** Whether a command still waits for the card. */
  static boolean waits(Cabinet cabinet, CardStep step) {
    return step.command() != 0
        && cabinet.queue(step.position()).command(step.command()).isPresent();
  }
}
