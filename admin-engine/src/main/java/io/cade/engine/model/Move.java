package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A service's place on its way from one card to another (SPEC A4, C2): the new card is set up and
 * has visitors before the old one is emptied and given back. Until then the service is bound to one
 * card more than it is to have. Immutable.
 *
 * @param from card that is given back
 * @param to card that takes its place
 * @param since beginning of the stage
 * @param drain how long visitors who are bound to {@code from} may stay
 * @param automatic whether the engine does it because {@code from} has failed; then it is undone if
 *     {@code from} serves again before {@code to} does
 * @param by who ordered it
 * @param why for people: what is wrong with {@code from}, why {@code to} was chosen
 * @param cause why it was undone, else empty
 * @param tried cards on which this failed, the last one last; not tried again at once
 */
public record Move(
    CardPosition from,
    CardPosition to,
    Stage stage,
    Instant since,
    Duration drain,
    boolean automatic,
    String by,
    String why,
    String cause,
    List<CardPosition> tried) {

  /** The engine's name in {@code by} and in the record of audit. No user has it. */
  public static final String ENGINE = "(engine)";

  /** Progress. */
  public enum Stage {
    /** The new card is set up. */
    SETUP,
    /** The new card serves; the old one gets no new visitors. */
    DRAINING,
    /** The old card was given back. */
    DONE,
    /** The new card was given back: the cause says why. */
    UNDONE;

    /** Whether something is still to be done. */
    public boolean active() {
      return this == SETUP || this == DRAINING;
    }
  }

  public Move {
    tried = List.copyOf(tried);
  }

  /** The same at another stage. */
  public Move into(Stage next, Instant now, String reason) {
    return new Move(from, to, next, now, drain, automatic, by, why, reason, tried);
  }

  /** Undone because of the new card, which is not to be tried again at once. */
  public Move failed(Instant now, String reason) {
    List<CardPosition> more = new ArrayList<>(tried);
    more.add(to);
    return new Move(from, to, Stage.UNDONE, now, drain, automatic, by, why, reason, more);
  }

  /** All of it in a few words. */
  public String words() {
    return switch (stage) {
      case SETUP -> "card " + to + " is set up to take the place of " + from;
      case DRAINING -> "card " + to + " serves; card " + from + " is emptied of visitors";
      case DONE -> "card " + to + " took the place of " + from;
      case UNDONE -> "card " + to + " did not take the place of " + from + ": " + cause;
    };
  }
}
