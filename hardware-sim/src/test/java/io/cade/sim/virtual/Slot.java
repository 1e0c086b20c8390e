package io.cade.sim.virtual;

import io.cade.agent.wire.CardPosition;
import org.jspecify.annotations.Nullable;

/** A place in the cabinet with what sits in it. Owned by {@link Rack}. */
final class Slot {
  final CardPosition position;
  @Nullable CardFlash hardware;
  @Nullable VirtualCard running;
  boolean hot;

  /** How many causes cut it off from the network. */
  int isolated;

  Slot(CardPosition position) {
    this.position = position;
  }
}
