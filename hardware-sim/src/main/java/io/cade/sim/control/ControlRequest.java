package io.cade.sim.control;

import java.util.List;

/**
 * What a technician does.
 *
 * @param command its words, for example {@code pull 1.3}; 1 to {@value #MAX_WORDS}
 */
public record ControlRequest(List<String> command) {
  static final int MAX_WORDS = 8;

  public ControlRequest {
    command = List.copyOf(command);
    if (command.isEmpty() || command.size() > MAX_WORDS) {
      throw new IllegalArgumentException(
          "a command has 1 to " + MAX_WORDS + " words, not " + command.size());
    }
  }
}
