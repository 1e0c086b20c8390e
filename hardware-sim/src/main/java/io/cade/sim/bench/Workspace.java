package io.cade.sim.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A state directory for one measurement, removed afterwards. */
record Workspace(Path root) implements AutoCloseable {
  static Workspace create() throws IOException {
    return new Workspace(Files.createTempDirectory("cade-bench"));
  }

  Path state() {
    return root.resolve("state");
  }

  @Override
  public void close() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(root)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
