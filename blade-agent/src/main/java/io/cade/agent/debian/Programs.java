package io.cade.agent.debian;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Runs the system's programs. Seam: {@link OsPrograms} or a written one. Words go to a program as
 * they are, never through a shell.
 */
interface Programs {
  /** For whatever only looks. */
  Duration SHORT = Duration.ofSeconds(30);

  /** For package managers, which download. */
  Duration LONG = Duration.ofMinutes(10);

  /**
   * Runs a program to its end.
   *
   * @param words the program's name, then its arguments
   * @param input given to it; may be empty
   * @param limit after which it is killed
   * @throws IOException when it cannot be started or does not end in time
   */
  Said run(List<String> words, String input, Duration limit)
      throws IOException, InterruptedException;

  /**
   * What a program said.
   *
   * @param text both outputs, at most {@value OsPrograms#MAX_OUTPUT} bytes of them
   */
  record Said(int code, String text) {
    boolean well() {
      return code == 0;
    }

    /** Its last words, for an operator. */
    String cause() {
      String words =
          text.lines()
              .filter(l -> !l.isBlank())
              .reduce("", (a, b) -> a.isEmpty() ? b : a + " / " + b);
      String last = words.length() <= 400 ? words : "…" + words.substring(words.length() - 400);
      return last.isEmpty() ? "exit code " + code : last.replaceAll("\\p{Cntrl}", " ");
    }
  }

  /** Runs a program that only looks. */
  default Said look(String... words) throws IOException, InterruptedException {
    return run(List.of(words), "", SHORT);
  }

  /**
   * Runs a program that must end well.
   *
   * @throws IOException with the program's own words when it does not
   */
  default String must(List<String> words, String input, Duration limit)
      throws IOException, InterruptedException {
    Said said = run(words, input, limit);
    if (!said.well()) {
      throw new IOException(words.getFirst() + ": " + said.cause());
    }
    return said.text();
  }
}
