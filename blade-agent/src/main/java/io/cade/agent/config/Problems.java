package io.cade.agent.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All that is wrong with one file, so that it is told at once and not one by one. */
final class Problems {
  private final Path file;
  private final List<Problem> found = new ArrayList<>();

  Problems(Path file) {
    this.file = file;
  }

  private record Problem(int line, String text) {}

  void at(int line, String text) {
    found.add(new Problem(line, text));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** One line each, {@code file:line: text}, in the order of the file. */
  List<String> lines() {
    return found.stream()
        .sorted(Comparator.comparingInt(Problem::line))
        .map(problem -> file + ":" + problem.line() + ": " + problem.text())
        .toList();
  }
}
