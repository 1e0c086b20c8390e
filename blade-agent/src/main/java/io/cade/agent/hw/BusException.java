package io.cade.agent.hw;

import org.jspecify.annotations.Nullable;

/**
 * A transfer on the management bus failed: no acknowledge, bus not there, lock not obtained, short
 * read. Checked, because on a bus whose chips sit on cards that people pull it is an ordinary
 * outcome. The message names chip, address and bus.
 */
public final class BusException extends Exception {

  private static final long serialVersionUID = 1L;

  BusException(String message) {
    super(message);
  }

  BusException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
