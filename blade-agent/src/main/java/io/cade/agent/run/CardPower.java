package io.cade.agent.run;

import java.io.IOException;

/** The agent's hand on its own card. Safe for use by several threads. */
@FunctionalInterface
public interface CardPower {
  /**
   * Restarts the card; may return before everything on it ends.
   *
   * @throws IOException when it cannot be restarted; the message is for an operator
   */
  void reboot() throws IOException, InterruptedException;

  /** Of a card whose agent may not restart it. */
  static CardPower none() {
    return () -> {
      throw new IOException(
          "the card's agent was not told how to restart it: its configuration has no"
              + " rebootCommand");
    };
  }
}
