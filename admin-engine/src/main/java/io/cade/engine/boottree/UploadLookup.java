package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;

/** What asking for a file to write led to. */
public sealed interface UploadLookup {
  /**
   * To be written, and closed by the asker.
   *
   * @param name normalised
   */
  record Opened(CardPosition position, String name, Upload upload) implements UploadLookup {}

  /** No. */
  record Refused(BootOutcome why) implements UploadLookup {}
}
