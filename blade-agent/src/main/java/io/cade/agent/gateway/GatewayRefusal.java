package io.cade.agent.gateway;

import io.cade.agent.wire.ErrorReply;
import java.io.IOException;

/** The engine understood the message and refused it; asking again unchanged is of no use. */
public final class GatewayRefusal extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String error;

  /**
   * @param status HTTP status of the answer
   */
  public GatewayRefusal(int status, ErrorReply reply) {
    super("the engine refused (" + status + " " + reply.error() + "): " + reply.message());
    this.status = status;
    this.error = reply.error();
  }

  /** HTTP status of the answer. */
  public int status() {
    return status;
  }

  /** The refusal in one word, for programs. */
  public String error() {
    return error;
  }
}
