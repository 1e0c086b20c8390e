package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A service on one of its cards. It follows the slot: a replacement card takes it over (SPEC C2).
 *
 * @param detail remark or cause for the operator, else empty
 * @param bootId boot of the card that the state is about; another boot starts anew
 * @param since when it came into this state; the model sets it
 */
public record Placement(
    CardPosition position, State state, String detail, String bootId, Instant since) {
  /** Progress on the card. */
  public enum State {
    /** Nothing was ordered on this boot of the card. */
    PENDING,
    /** Commands are queued or being carried out. */
    ORDERED,
    /** The card says that the service answers. */
    RUNNING,
    /** The card gave up; the detail has the cause. */
    FAILED
  }

  // Logs written before there was a time have none.
  public Placement(
      CardPosition position, State state, String detail, String bootId, @Nullable Instant since) {
    this.position = position;
    this.state = state;
    this.detail = detail;
    this.bootId = bootId;
    this.since = since == null ? Instant.EPOCH : since;
  }

  /** As decided; the time is set when it is applied. */
  public Placement(CardPosition position, State state, String detail, String bootId) {
    this(position, state, detail, bootId, Instant.EPOCH);
  }

  Placement at(Instant now) {
    return new Placement(position, state, detail, bootId, now);
  }

  /** A placement on which nothing has been done yet. */
  public static Placement pending(CardPosition position) {
    return new Placement(position, State.PENDING, "", "");
  }
}
