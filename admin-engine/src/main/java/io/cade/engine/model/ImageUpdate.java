package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cards on their way to another boot image, in waves (SPEC U2): each is emptied of visitors, gets
 * the image into the slot that does not run, restarts on trial, and has to prove itself before more
 * follow. When one fails, all go back, last first. Immutable.
 *
 * @param name of the image; key of the update: the last one of each name is kept
 * @param from rules about versions that it may follow on
 * @param cards that were begun, in order; those that came to nothing are not in it
 * @param since beginning of the stage
 * @param cause why it goes back or went back, else what it waits for, else empty
 */
public record ImageUpdate(
    String name,
    Image image,
    List<String> from,
    Course course,
    Stage stage,
    Instant since,
    List<CardStep> cards,
    String by,
    String cause) {

  /**
   * The image that cards are to have.
   *
   * @param bundle digest of the bundle that brought it
   * @param digest of the image's own file
   * @param bytes size of that file
   */
  public record Image(
      String bundle,
      String version,
      long build,
      long minimumBuild,
      String architecture,
      String role,
      String digest,
      long bytes) {}

  /**
   * How it is gone about.
   *
   * @param canary so many cards have to be done before more are begun at once
   * @param parallel cards at once, never two of one service
   * @param window times of the day (UTC) in which cards are begun, like {@code 02:00-04:00}; empty
   *     for any
   * @param gate how long a card has to prove itself
   * @param drain how long visitors who are bound to a card may stay
   */
  public record Course(int canary, int parallel, String window, Duration gate, Duration drain) {}

  /** Progress of the whole. */
  public enum Stage {
    RUNNING,
    RETURNING,
    /** All cards that could be reached have the image. */
    DONE,
    /** All cards have what they had. */
    RETURNED;

    /** Whether something is still to be done. */
    public boolean isActive() {
      return this == RUNNING || this == RETURNING;
    }
  }

  /** What became of the command that a card was given for its step. */
  public enum Answer {
    WAITING,
    DONE,
    FAILED
  }

  /** Where a card is. */
  public enum State {
    /** Gets no new visitors. */
    DRAINING,
    /** Fetches the image into the slot that does not run. */
    STAGING,
    /** Was told to restart. */
    RESTARTING,
    /** Restarts. */
    BOOTING,
    /** Runs the image on trial; its services come up. */
    STARTING,
    /** Its services run and answer the engine, but have no visitors yet. */
    TRYING,
    /** Has visitors again, and is watched. */
    PROVING,
    /** Makes the image the one that stays. */
    MARKING,
    /** Has the image for good. */
    DONE,
    /** Gets no new visitors, to go back. */
    BACK_DRAINING,
    /** Was told to go back. */
    BACK_ORDERED,
    /** Did not obey: its power is switched off and on. */
    BACK_CYCLED,
    /** Restarts into what it had. */
    BACK_BOOTING,
    /** Runs what it had; its services come up. */
    BACK_STARTING,
    /** Has what it had, or could not be brought back; the detail says so. */
    RETURNED;

    /** Whether something is under way on the card. */
    public boolean isUnderWay() {
      return this != DONE && this != RETURNED;
    }
  }

  /**
   * One card.
   *
   * @param since beginning of the state
   * @param command that the card was given for it; 0 for none
   * @param detail what the card said to it
   * @param bootId under which the state began
   * @param before version that the card had
   */
  public record CardStep(
      CardPosition position,
      State state,
      Instant since,
      long command,
      Answer answer,
      String detail,
      String bootId,
      String before) {
    /** The same in another state, with a command or (0) none. */
    public CardStep into(State next, Instant now, long order, String boot) {
      return new CardStep(position, next, now, order, Answer.WAITING, "", boot, before);
    }

    /** The end, with what there is to say of it. */
    public CardStep ended(State end, Instant now, String remark) {
      return new CardStep(position, end, now, 0, Answer.WAITING, remark, bootId, before);
    }

    /** The same with another remark. */
    public CardStep noted(String remark) {
      return new CardStep(position, state, since, command, answer, remark, bootId, before);
    }

    /** The same with what became of its command. */
    public CardStep answered(boolean succeeded, String said) {
      return new CardStep(
          position,
          state,
          since,
          command,
          succeeded ? Answer.DONE : Answer.FAILED,
          said,
          bootId,
          before);
    }
  }

  public ImageUpdate {
    from = List.copyOf(from);
    cards = List.copyOf(cards);
  }

  /** The card's step, if it was begun. */
  public Optional<CardStep> on(CardPosition position) {
    return cards.stream().filter(c -> c.position().equals(position)).findFirst();
  }

  /** Whether a card is not to have visitors, because nobody knows yet whether it is good. */
  public boolean keepsVisitorsFrom(CardPosition position) {
    return stage == Stage.RUNNING
        && on(position)
            .filter(c -> c.state() == State.STARTING || c.state() == State.TRYING)
            .isPresent();
  }

  /** Cards on which something is under way. */
  public List<CardStep> underWay() {
    return cards.stream().filter(c -> c.state().isUnderWay()).toList();
  }

  /** How many have the image for good. */
  public int done() {
    return (int) cards.stream().filter(c -> c.state() == State.DONE).count();
  }

  /** Whether a card is being worked on: that it does not serve is no fault. */
  public boolean worksOn(CardPosition position) {
    return stage.isActive() && on(position).filter(c -> c.state().isUnderWay()).isPresent();
  }

  /** The same with a card's step, new or in another state. */
  public ImageUpdate with(CardStep step) {
    List<CardStep> next = new ArrayList<>(cards);
    for (int i = 0; i < next.size(); i++) {
      if (next.get(i).position().equals(step.position())) {
        next.set(i, step);
        return with(next);
      }
    }
    next.add(step);
    return with(next);
  }

  /** The same without a card that came to nothing. */
  public ImageUpdate without(CardPosition position) {
    return with(cards.stream().filter(c -> !c.position().equals(position)).toList());
  }

  private ImageUpdate with(List<CardStep> next) {
    return new ImageUpdate(name, image, from, course, stage, since, next, by, cause);
  }

  /** The same at another stage. */
  public ImageUpdate into(Stage next, Instant now, String reason) {
    return new ImageUpdate(name, image, from, course, next, now, cards, by, reason);
  }

  /** The same, waiting for something else. */
  public ImageUpdate waiting(String reason) {
    return new ImageUpdate(name, image, from, course, stage, since, cards, by, reason);
  }
}
