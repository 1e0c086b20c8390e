package io.cade.agent.config;

import java.util.List;

/** A configuration file cannot be used. */
public final class ConfigProblems extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /** All in one line of text, so that a log or a terminal shows them as one event. */
  ConfigProblems(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /** What is wrong, one entry a problem: {@code file:line: 'key' is …}, in the file's order. */
  public List<String> problems() {
    return problems;
  }
}
