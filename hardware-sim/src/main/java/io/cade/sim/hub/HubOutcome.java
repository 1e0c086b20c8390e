package io.cade.sim.hub;

/** What became of a datagram at a hub: its counters. */
public enum HubOutcome {
  TO_ENGINE,
  TO_CARD,
  DROPPED_MALFORMED,
  /** Did not come by a card's wire, or not from the engine. */
  DROPPED_UNKNOWN_SENDER,
  /** Has a relay agent's address or option 82 already. */
  DROPPED_CLAIMS_POSITION,
  DROPPED_HOPS,
  /** A reply for another chassis. */
  DROPPED_NOT_OURS
}
