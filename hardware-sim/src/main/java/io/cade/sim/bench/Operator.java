package io.cade.sim.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Somebody who types commands at a running demonstration. */
record Operator(Path launcher, Workspace workspace) {
  private static final Duration LIMIT = Duration.ofMinutes(30);

  /**
   * Types one command and waits for its end.
   *
   * @throws IOException when it fails; with what it said
   */
  void types(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(words));
    command.addAll(List.of("--state", workspace.state().toString()));
    Path said = Files.createTempFile(workspace.root(), "said", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    builder.environment().put("CADE_NO_BUILD", "1");
    Process process = builder.start();
    try {
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(String.join(" ", words) + " did not end");
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "%s ended with %d: %s"
              .formatted(
                  String.join(" ", words),
                  process.exitValue(),
                  Files.readString(said, StandardCharsets.UTF_8)));
    }
  }

  /** A file with this content. */
  Path file(String name, String content) throws IOException {
    return Files.writeString(workspace.root().resolve(name), content);
  }

  /** Where a file of this name would be. */
  String path(String name) {
    return workspace.root().resolve(name).toString();
  }
}
