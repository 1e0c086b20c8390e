package io.cade.engine.operate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** The kinds of service that can be ordered. Thread-safe. */
public interface ServiceKinds {
  /** For example {@code static-site}. */
  Set<String> names();

  /**
   * What is wrong with an order's content, for the one who orders; empty when nothing is.
   *
   * @param kind one of {@link #names}
   * @param files paths of the files in it, from its top, with {@code /} between folders
   */
  Optional<String> objection(String kind, Set<String> files);

  /**
   * The same, and what is wrong with those files that say how the service is to be.
   *
   * @param archive what {@link ContentArchive#rewrite} has made of the order's content
   * @throws IOException when it cannot be read
   */
  default Optional<String> objection(String kind, Set<String> files, Path archive)
      throws IOException {
    return objection(kind, files);
  }
}
