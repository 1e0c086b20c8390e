package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service's cards on their way to another version, one after the other (SPEC U1, U2): a card is
 * emptied of visitors, gets the version, and has to prove itself under real visitors before the
 * next one follows. When one fails, all go back. Immutable.
 *
 * @param from version that all cards had
 * @param to version that all cards are to have
 * @param since beginning of the stage
 * @param done cards that have {@code to} and have proved it
 * @param at card that the stage is about
 * @param counted what the proxies had counted for that card when it began to prove itself
 * @param gate how long a card has to prove itself
 * @param drain how long visitors who are bound to a card may stay
 * @param by who ordered it
 * @param cause why it goes back or went back, else what it waits for, else empty
 * @param window time of the day (UTC) to begin cards in, {@code HH:MM-HH:MM}; empty for any. Absent
 *     in records of earlier versions
 */
public record Rollout(
    int from,
    int to,
    Stage stage,
    Instant since,
    List<CardPosition> done,
    @Nullable CardPosition at,
    List<Counted> counted,
    Duration gate,
    Duration drain,
    String by,
    String cause,
    String window) {

  /** Progress; the table of transitions is in the conductor's rules. */
  public enum Stage {
    /** The package is being made, or no card can be chosen yet. */
    BUILDING,
    /** The card gets no new visitors. */
    DRAINING,
    /** The card fetches, checks and starts the version. */
    INSTALLING,
    /** The card has the version, and answers the engine, but no visitors yet. */
    TRYING,
    /** The card has visitors again, and is watched. */
    PROVING,
    /**
     * The card goes back to the version that it had; as long as it is among those that are done it
     * is only emptied of visitors. Without a card, the next one waits for another one to serve.
     */
    RETURNING,
    /** All cards have the version. */
    DONE,
    /** All cards have the version that they had. */
    RETURNED;

    /** Whether something is still to be done. */
    public boolean isActive() {
      return this != DONE && this != RETURNED;
    }
  }

  /** Requests and failures of the card as one boot of a proxy had counted them. */
  public record Counted(CardPosition proxy, String bootId, long requests, long failures) {}

  public Rollout(
      int from,
      int to,
      Stage stage,
      Instant since,
      List<CardPosition> done,
      @Nullable CardPosition at,
      List<Counted> counted,
      Duration gate,
      Duration drain,
      String by,
      String cause,
      @Nullable String window) {
    this.from = from;
    this.to = to;
    this.stage = stage;
    this.since = since;
    this.done = List.copyOf(done);
    this.at = at;
    this.counted = List.copyOf(counted);
    this.gate = gate;
    this.drain = drain;
    this.by = by;
    this.cause = cause;
    this.window = window == null ? "" : window;
  }

  /** A rollout that begins, with cards at any time of the day. */
  public static Rollout begin(
      int from, int to, Duration gate, Duration drain, String by, Instant now) {
    return new Rollout(
        from, to, Stage.BUILDING, now, List.of(), null, List.of(), gate, drain, by, "", "");
  }

  /** The same, with cards begun in a window only. */
  public Rollout within(String times) {
    return new Rollout(from, to, stage, since, done, at, counted, gate, drain, by, cause, times);
  }

  /** Whether a card is to have the new version as things stand. */
  public boolean concerns(CardPosition position) {
    return done.contains(position)
        || (position.equals(at)
            && (stage == Stage.INSTALLING || stage == Stage.TRYING || stage == Stage.PROVING));
  }

  /** Whether a card is not to have visitors, because nobody knows yet whether it is good. */
  public boolean keepsVisitorsFrom(CardPosition position) {
    return position.equals(at) && (stage == Stage.INSTALLING || stage == Stage.TRYING);
  }

  /** Whether a card is being worked on: that it does not serve is no fault. */
  public boolean worksOn(CardPosition position) {
    return stage.isActive() && position.equals(at);
  }

  /** The same at another stage. */
  public Rollout into(Stage next, @Nullable CardPosition card, Instant now, String reason) {
    return new Rollout(from, to, next, now, done, card, List.of(), gate, drain, by, reason, window);
  }

  /** The same with what the proxies have counted so far. */
  public Rollout withCounted(List<Counted> counts) {
    return new Rollout(from, to, stage, since, done, at, counts, gate, drain, by, cause, window);
  }

  /** The same, waiting for something else. */
  public Rollout waiting(String reason) {
    return new Rollout(from, to, stage, since, done, at, counted, gate, drain, by, reason, window);
  }

  /** The same with one more card done. */
  public Rollout plus(CardPosition card) {
    List<CardPosition> more = new ArrayList<>(done);
    more.add(card);
    return with(more);
  }

  /** The same without a card that was done. */
  public Rollout minus(CardPosition card) {
    return with(done.stream().filter(p -> !p.equals(card)).toList());
  }

  private Rollout with(List<CardPosition> cards) {
    return new Rollout(from, to, stage, since, cards, at, counted, gate, drain, by, cause, window);
  }
}
