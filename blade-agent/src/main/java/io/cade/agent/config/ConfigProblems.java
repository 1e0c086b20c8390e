package io.cade.agent.config;

import java.nio.file.Path;
import java.util.List;

/** A configuration file cannot be used. The message has a line for each problem. */
public final class ConfigProblems extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  ConfigProblems(Path file, List<String> problems) {
    super(file + ": " + String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** What is wrong, one entry a problem, each naming its key and what to do. */
  public List<String> problems() {
    return problems;
  }
}
