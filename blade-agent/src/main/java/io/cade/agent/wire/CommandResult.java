package io.cade.agent.wire;

/**
 * @param commandId the command this answers
 * @param detail the cause when it failed, else a remark or empty
 */
public record CommandResult(long commandId, boolean succeeded, String detail) {
  public CommandResult {
    Limits.text("detail", detail, 1024);
  }
}
