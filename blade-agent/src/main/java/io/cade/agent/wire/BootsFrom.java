package io.cade.agent.wire;

/** Who decides which image a card starts from (SPEC B5). */
public enum BootsFrom {
  /**
   * An agent of a version that did not say so: taken for one that has a store, until it refuses.
   */
  UNKNOWN,
  /** Its own store with two slots. */
  OWN_SLOTS,
  /** Its engine, each time: the card keeps no image. */
  NETWORK
}
