package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;

/** What an IPv4 address in dotted form is for, by the address plan and the pools. Thread-safe. */
@FunctionalInterface
public interface LeasePlaces {
  /** The uses of an address. */
  sealed interface Place {
    /** The one address of the card in a slot. */
    record Slot(CardPosition position) implements Place {}

    /** For machines without a slot. */
    record Pool() implements Place {}

    /** Not given to anybody by this engine. */
    record None() implements Place {}
  }

  Place of(String address);
}
