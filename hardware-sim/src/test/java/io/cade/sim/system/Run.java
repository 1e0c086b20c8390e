package io.cade.sim.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One command, run to its end as a person would. */
final class Run {
  /** Against hangs only: the machine may be busy. */
  static final Duration LIMIT = Duration.ofSeconds(90);

  private static final Path HOME =
      Path.of(System.getProperty("cade.home", "..")).toAbsolutePath().normalize();

  private Run() {}

  /**
   * What a command left behind.
   *
   * @param wall time from its start to its end
   */
  record Result(List<String> command, int exit, String out, String err, Duration wall) {
    /** The lines of the error output. */
    List<String> errors() {
      return err.lines().filter(line -> !line.isBlank()).toList();
    }

    @Override
    public String toString() {
      return String.join(" ", command)
          + "\nended with "
          + exit
          + " after "
          + wall.toMillis()
          + " ms\nout: "
          + out
          + "\nerr: "
          + err;
    }
  }

  /** The tree under test. */
  static Path home() {
    return HOME;
  }

  static Path launcher() {
    return HOME.resolve("cade");
  }

  /** {@code ./cade WORDS}. */
  static Result cade(List<String> words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(launcher().toString());
    command.addAll(words);
    return command(command, Map.of());
  }

  static Result cade(String... words) throws IOException, InterruptedException {
    return cade(List.of(words));
  }

  static Result command(List<String> command) throws IOException, InterruptedException {
    return command(command, Map.of());
  }

  static Result command(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    return command(command, environment, LIMIT);
  }

  /** For commands that have much to do. */
  static Result command(List<String> command, Map<String, String> environment, Duration limit)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("cade-it", ".out");
    Path err = Files.createTempFile("cade-it", ".err");
    try {
      long began = System.nanoTime();
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().remove("CADE_STATE");
      builder.environment().put("CADE_NO_BUILD", "1");
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        throw new AssertionError(
            "not ended within "
                + limit.toSeconds()
                + " s: "
                + String.join(" ", command)
                + "\n"
                + Files.readString(out)
                + Files.readString(err));
      }
      return new Result(
          command,
          process.exitValue(),
          Files.readString(out),
          Files.readString(err),
          Duration.ofNanos(System.nanoTime() - began));
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  /** Whether an executable is on the path or where administrators' programs are. */
  static boolean installed(String program) {
    for (String folder : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** Where {@link #installed} found it. */
  static String path(String program) {
    for (String folder : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return Path.of(folder, program).toString();
      }
    }
    return program;
  }
}
