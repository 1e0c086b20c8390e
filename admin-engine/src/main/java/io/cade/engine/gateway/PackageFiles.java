package io.cade.engine.gateway;

import java.nio.file.Path;
import java.util.Optional;

/** Where the signed packages are. Thread-safe; quick (one look at the file system). */
@FunctionalInterface
public interface PackageFiles {
  /**
   * The file of a package.
   *
   * @param digest {@code sha256:} and 64 hexadecimal digits, in this form already
   */
  Optional<Path> find(String digest);
}
