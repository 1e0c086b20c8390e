package io.cade.engine.device;

import io.cade.agent.wire.CardPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A version of a model on its way to the cards of its type: a canary first, then several at a time;
 * when too many fail, those that have it go back (SPEC R1, A7). Immutable.
 *
 * @param version number that the cards are to have
 * @param stage how far it is, since {@code since}
 * @param cards in the order in which they come, at most one of each slot
 * @param whole whether it is about all cards of the type: the version is the type's then
 * @param parallel most cards at once
 * @param canary cards that must have it before the others follow
 * @param stopAt percent of the cards that may fail, the run stops above it
 * @param confirmSeconds within which a risky change is to be confirmed
 * @param byOperator whether it takes an operator to confirm
 * @param confirmed whether an operator has: cards that follow show by themselves that they are
 *     reached
 * @param keep whether cards keep the version when the run stops
 * @param cause why it stopped, else empty
 */
public record ApplyRun(
    String type,
    int version,
    Stage stage,
    Instant since,
    List<Target> cards,
    boolean whole,
    int parallel,
    int canary,
    int stopAt,
    int confirmSeconds,
    boolean byOperator,
    boolean confirmed,
    boolean keep,
    String by,
    String why,
    Instant begun,
    String cause) {

  public enum Stage {
    /** The first cards get it. */
    CANARY,
    /** The others follow. */
    WAVES,
    /** Too many failed, or somebody cancelled it: those that have it go back. */
    RETURNING,
    /** All cards that are up have it, but for a few that failed. */
    DONE,
    /** It was stopped; cards have what they had, unless they were to keep it. */
    STOPPED;

    public boolean isActive() {
      return this != DONE && this != STOPPED;
    }
  }

  /** What has become of a card. */
  public enum Progress {
    WAITING,
    /** It is not up, or is held without power: it gets the version when it comes back. */
    AWAY,
    /** It is being changed. */
    WORKING,
    DONE,
    FAILED,
    /** It is being given back what it had. */
    RETURNING,
    RETURNED
  }

  /**
   * One card.
   *
   * @param before number of the version that it was to have before
   * @param detail why it failed, or what it waits for; else empty
   */
  public record Target(CardPosition position, int before, Progress progress, String detail) {
    public Target into(Progress next, String why) {
      return new Target(position, before, next, why);
    }
  }

  public ApplyRun {
    cards = List.copyOf(cards);
  }

  public Optional<Target> card(CardPosition position) {
    return cards.stream().filter(c -> c.position().equals(position)).findFirst();
  }

  /** Whether the card is being changed, one way or the other. */
  public boolean worksOn(CardPosition position) {
    return stage.isActive()
        && card(position)
            .filter(c -> c.progress() == Progress.WORKING || c.progress() == Progress.RETURNING)
            .isPresent();
  }

  public long count(Progress progress) {
    return cards.stream().filter(c -> c.progress() == progress).count();
  }

  /** The number of the version that a card is to have while the run is under way. */
  public int versionFor(Target card) {
    return switch (card.progress()) {
      case WORKING, DONE -> version;
      case FAILED -> stage == Stage.RETURNING ? card.before() : version;
      case WAITING, AWAY, RETURNING, RETURNED -> card.before();
    };
  }

  public ApplyRun into(Stage next, Instant now, String reason) {
    return with(next, now, cards, confirmed, reason);
  }

  public ApplyRun with(Target changed) {
    List<Target> all = new ArrayList<>(cards);
    all.replaceAll(c -> c.position().equals(changed.position()) ? changed : c);
    return with(stage, since, all, confirmed, cause);
  }

  /** The same, confirmed by an operator. */
  public ApplyRun confirm() {
    return with(stage, since, cards, true, cause);
  }

  private ApplyRun with(Stage next, Instant at, List<Target> all, boolean agreed, String reason) {
    return new ApplyRun(
        type,
        version,
        next,
        at,
        all,
        whole,
        parallel,
        canary,
        stopAt,
        confirmSeconds,
        byOperator,
        agreed,
        keep,
        by,
        why,
        begun,
        reason);
  }
}
