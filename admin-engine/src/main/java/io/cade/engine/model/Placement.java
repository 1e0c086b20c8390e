package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;

/**
 * A service on one of its cards. It follows the slot: a replacement card takes it over (SPEC C2).
 *
 * @param detail remark or cause for the operator, else empty
 * @param bootId boot of the card that the state is about; another boot starts anew
 */
public record Placement(CardPosition position, State state, String detail, String bootId) {
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

  /** A placement on which nothing has been done yet. */
  public static Placement pending(CardPosition position) {
    return new Placement(position, State.PENDING, "", "");
  }
}
