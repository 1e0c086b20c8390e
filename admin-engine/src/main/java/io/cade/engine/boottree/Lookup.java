package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;

/** What asking for a file led to. */
public sealed interface Lookup {
  /**
   * The file, to be closed by the asker.
   *
   * @param name normalised
   */
  record Found(CardPosition position, String name, BootFile file) implements Lookup {}

  /** No file. */
  record Refused(BootOutcome why) implements Lookup {}
}
