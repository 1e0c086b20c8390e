package io.cade.agent.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs a program that carries data over. Seam: a process, or a test. Called by one thread. */
public interface DataRunner {
  /**
   * Returns when the program has ended well; nothing of an earlier run goes on by then.
   *
   * @param directory of the data
   * @throws IOException when it has failed or took too long, with its last words
   */
  void run(Path program, List<String> arguments, Path directory, int timeoutSeconds)
      throws IOException, InterruptedException;
}
