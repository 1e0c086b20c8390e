package io.cade.proxy.balance;

/** What a request says about the card that had it. */
public enum Outcome {
  /** Answered, and not with a server error. */
  GOOD,
  /** Answered with a server error, too late, broken, or not at all. */
  BAD,
  /** Nothing: the visitor left, or it was never sent. */
  NONE
}
