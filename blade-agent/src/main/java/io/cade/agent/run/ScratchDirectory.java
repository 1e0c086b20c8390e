package io.cade.agent.run;

import io.cade.image.PackageReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where a service writes while it runs: its alone, empty at each start. */
final class ScratchDirectory {
  private ScratchDirectory() {}

  static void fresh(Path directory) throws IOException {
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    PackageReader.deleteTree(directory);
    Files.createDirectories(directory.toAbsolutePath().getParent(), mode);
    Files.createDirectory(directory, mode);
  }
}
