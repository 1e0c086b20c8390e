package io.cade.sim.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A program of the system, and one run of it. */
public final class Tool {
  private static final long LIMIT_SECONDS = 60;

  private Tool() {}

  /**
   * @param output both streams, in order
   */
  public record Result(List<String> command, int exit, String output) {
    /** The output, when it succeeded. */
    public String orFail() {
      if (exit != 0) {
        throw new AssertionError(
            String.join(" ", command) + " ended with " + exit + ":\n" + output);
      }
      return output;
    }
  }

  /** Skips the test, naming program and Debian package, when it is not installed. */
  public static String require(String program, String debianPackage) {
    String path = path(program);
    Assumptions.assumeTrue(
        !path.isEmpty(), "needs " + program + " (package " + debianPackage + ")");
    return path;
  }

  private static String path(String program) {
    for (String folder : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return Path.of(folder, program).toString();
      }
    }
    return "";
  }

  /** Runs a command to its end. */
  public static Result run(List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile("cade-test", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(
            "not ended within "
                + LIMIT_SECONDS
                + " s: "
                + String.join(" ", command)
                + "\n"
                + Files.readString(out));
      }
      return new Result(command, process.exitValue(), Files.readString(out));
    } finally {
      Files.deleteIfExists(out);
    }
  }
}
