package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;

/** Something to be done outside the model. Orders are idempotent: the next pass may repeat them. */
public sealed interface Order {
  /** Build and sign the service's package from its content, then say so. */
  record GeneratePackage(String service) implements Order {}

  /** The same for a version of its content. */
  record BuildVersion(String service, int version) implements Order {}

  /**
   * Check the boot image that an update's bundle brought and take it into the engine's own store,
   * without using it.
   */
  record StoreImage(String digest) implements Order {}

  /** Hint to a card that commands wait (SPEC R3). */
  record Poke(CardPosition position) implements Order {}
}
