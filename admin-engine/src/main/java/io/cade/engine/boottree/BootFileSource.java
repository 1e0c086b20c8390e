package io.cade.engine.boottree;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.util.Optional;

/**
 * A plug-in that fills boot trees. Thread-safe; called on a thread that may read a file but should
 * not wait for long.
 */
@FunctionalInterface
public interface BootFileSource {
  /**
   * @param name normalised, see {@link BootName}
   * @return empty when this plug-in has no such file for that card
   * @throws IOException when it has, but cannot read or render it
   */
  Optional<BootFile> open(CardPosition position, String name) throws IOException;

  /**
   * The same for somebody who asks about the file and does not get its content: nothing is spent by
   * that.
   */
  default Optional<BootFile> look(CardPosition position, String name) throws IOException {
    return open(position, name);
  }
}
