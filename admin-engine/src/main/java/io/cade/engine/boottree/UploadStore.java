package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.util.OptionalLong;

/** Where cards leave crash dumps and logs. Thread-safe; may look at a file system. */
@FunctionalInterface
public interface UploadStore {
  /**
   * @param name normalised, see {@link BootName}
   * @param announced size of the file, where the card says it
   * @throws IOException when the medium fails
   */
  UploadLookup open(CardPosition position, String name, OptionalLong announced) throws IOException;

  /** Nobody may write anything. */
  static UploadStore closed() {
    return (position, name, announced) -> new UploadLookup.Refused(BootOutcome.REFUSED_UPLOAD_PATH);
  }
}
