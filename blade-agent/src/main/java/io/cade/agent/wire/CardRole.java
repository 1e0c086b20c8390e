package io.cade.agent.wire;

/** What a card of the cabinet is there for; every card is the same hardware (DESIGN §1). */
public enum CardRole {
  /** Rented to users of services; sits in chassis 1 and up. */
  SERVER,
  /** Carries visitors' requests to server cards. */
  PROXY,
  /** Spreads visitors' connections over the proxy cards. */
  BALANCER
}
