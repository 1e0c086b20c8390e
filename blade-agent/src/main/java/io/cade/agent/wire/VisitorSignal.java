package io.cade.agent.wire;

/** What visitors do that an operator should know of (SPEC P8). */
public enum VisitorSignal {
  /** Requests whose heads never end: they hold connections. */
  SLOW_HEADS,
  /** Far more requests or connections than the limits allow. */
  FLOOD,
  /** Many paths or hosts that do not exist. */
  SCAN,
  /** Many refused passwords. */
  CREDENTIAL_GUESSING
}
