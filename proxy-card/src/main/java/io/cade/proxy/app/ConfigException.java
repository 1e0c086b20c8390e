package io.cade.proxy.app;

import java.util.List;

/** The configuration cannot be used. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  ConfigException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /** One line each, with file and line number where there is one. */
  public List<String> problems() {
    return problems;
  }
}
