package io.cade.image.blade;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs a program of the build machine to its end. */
final class Tool {
  private static final int LIMIT_MINUTES = 10;
  private static final int MAX_COMPLAINT = 400;

  private Tool() {}

  /**
   * Where it runs and where its output goes.
   *
   * @param file null for the answer of {@link #run}
   */
  record Output(@Nullable Path directory, @Nullable Path file) {
    static Output answer() {
      return new Output(null, null);
    }

    static Output in(Path directory) {
      return new Output(directory, null);
    }

    static Output to(Path file) {
      return new Output(null, file);
    }
  }

  /**
   * @return its output, unless that went to a file
   * @throws IOException when it is not there, fails or takes longer than ten minutes; the message
   *     names the program and what it complained about
   */
  static String run(List<String> command, Output output) throws IOException {
    Path out = output.file();
    Path caught = out != null ? out : Files.createTempFile("cade-tool-", ".out");
    Path complaint = Files.createTempFile("cade-tool-", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(caught.toFile())
              .redirectError(complaint.toFile());
      if (output.directory() != null) {
        builder.directory(output.directory().toFile());
      }
      // Messages are read by this program.
      builder.environment().put("LC_ALL", "C");
      // Options meant for other programs would be part of what Java's tools make.
      builder
          .environment()
          .keySet()
          .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
      Process process = builder.start();
      if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException(command.getFirst() + " did not end in " + LIMIT_MINUTES + " min");
      }
      if (process.exitValue() != 0) {
        String said = Files.readString(complaint, StandardCharsets.ISO_8859_1).strip();
        if (said.isEmpty() && out == null) {
          said = Files.readString(caught, StandardCharsets.ISO_8859_1).strip();
        }
        throw new IOException(
            String.join(" ", command.subList(0, Math.min(2, command.size())))
                + " failed: "
                + said.substring(Math.max(0, said.length() - MAX_COMPLAINT)).replace('\n', ' '));
      }
      return out != null ? "" : Files.readString(caught, StandardCharsets.UTF_8);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(command.getFirst() + " was interrupted", e);
    } finally {
      Files.deleteIfExists(complaint);
      if (out == null) {
        Files.deleteIfExists(caught);
      }
    }
  }
}
