package io.cade.sim.control;

import java.util.List;

/** Carries out commands. Called by one thread at a time. */
@FunctionalInterface
public interface ControlHandler {
  /**
   * @param words of the command, for example {@code heat}, {@code 1.3}, {@code 85}; not yet checked
   *     against the cabinet
   */
  ControlReply handle(List<String> words);
}
