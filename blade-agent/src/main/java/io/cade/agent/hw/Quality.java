package io.cade.agent.hw;

/** Whether the value of a {@link Reading} may be believed. */
public sealed interface Quality {

  /** The chip answered; the value is what it said. */
  record Ok() implements Quality {}

  /**
   * There is no value.
   *
   * @param cause what failed and where, for a log line or an alarm text; never empty
   */
  record Unavailable(String cause) implements Quality {
    public Unavailable {
      if (cause.isBlank()) {
        throw new IllegalArgumentException("an unavailable reading needs a cause");
      }
    }
  }
}
