package io.cade.engine.cli;

import java.io.BufferedReader;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Everything of the process that a command touches.
 *
 * @param terminal whether a person sits at both input and output
 * @param properties system properties
 */
record Surroundings(
    BufferedReader in,
    PrintStream out,
    PrintStream err,
    boolean terminal,
    Map<String, String> environment,
    Map<String, String> properties,
    InstantSource clock,
    Pause pause) {

  /** Lets time pass between two looks. */
  @FunctionalInterface
  interface Pause {
    /** Returns early, with the thread's interrupt flag set, when it is interrupted. */
    void last(Duration time);
  }

  /** Colour only for people who did not ask for none (no-color.org). */
  boolean colour() {
    return terminal
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  /** State directory of a command that names none: CADE_STATE, else {@code state} of the tree. */
  String defaultState() {
    return Optional.ofNullable(environment.get("CADE_STATE"))
        .filter(text -> !text.isBlank())
        .orElseGet(() -> {
          String home = properties.get("cade.home");
          return home == null ? "state" : home + "/state";
        });
  }
}
