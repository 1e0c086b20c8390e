package io.cade.image.trust;

import java.io.IOException;
import java.util.Optional;

/** Where files of a repository come from. */
@FunctionalInterface
public interface RepositorySource {
  /**
   * A file's content.
   *
   * @param path below the repository, like {@code 2.root.json}
   * @param limit bytes at most; the source stops there
   * @return empty when there is no such file
   * @throws IOException when it cannot be had, or has more bytes
   */
  Optional<byte[]> fetch(String path, int limit) throws IOException, InterruptedException;
}
