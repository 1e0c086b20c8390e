package io.cade.agent.wire;

/**
 * The body of every refusal.
 *
 * @param error a word for programs, for example {@code not-allowed}
 * @param message what, where and what to do, for people
 */
public record ErrorReply(String error, String message) {
  public ErrorReply {
    Limits.text("error", error, 64);
    Limits.text("message", message, 2048);
  }
}
