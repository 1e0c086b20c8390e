package io.cade.agent.run;

import io.cade.agent.wire.CardBootConfig;
import java.io.IOException;

/** Where a card gets its boot configuration again: its boot tree by TFTP, or a file. */
public interface BootConfigSource {
  /**
   * The configuration as it is now. May block, with a time-out of its own.
   *
   * @throws IOException when it cannot be had or is malformed
   */
  CardBootConfig fetch() throws IOException, InterruptedException;
}
