package io.cade.agent.wire;

import org.jspecify.annotations.Nullable;

/**
 * An agent asks for its next command, on a connection that it opened for the purpose (SPEC R3).
 *
 * @param result outcome of the command got before on this connection or before a reboot, if any
 */
public record Ask(CardPosition position, String bootId, @Nullable CommandResult result) {
  public Ask {
    Limits.text("bootId", bootId, 64);
  }
}
