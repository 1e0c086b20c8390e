package io.cade.agent.wire;

/**
 * @param next number of the first line of that source that the engine does not have
 */
public record LogReply(long next) {
  public LogReply {
    Limits.range("next", next, 0, Long.MAX_VALUE);
  }
}
