package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param commandId the command this answers
 * @param detail the cause when it failed, else a remark or empty
 * @param found what {@link Command.ReadItems} asked for, else empty
 */
public record CommandResult(
    long commandId,
    boolean succeeded,
    String detail,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<DeviceItem> found) {
  public CommandResult {
    Limits.text("detail", detail, 1024);
    found = Limits.list("found", found, DeviceItem.MAX_ITEMS);
  }

  /** The outcome of a command that asked for nothing. */
  public CommandResult(long commandId, boolean succeeded, String detail) {
    this(commandId, succeeded, detail, List.of());
  }

  /** Most results have found nothing, and earlier versions do not know of it. */
  @JsonCreator
  static CommandResult read(
      @JsonProperty("commandId") long commandId,
      @JsonProperty("succeeded") boolean succeeded,
      @JsonProperty("detail") String detail,
      @JsonProperty("found") @Nullable List<DeviceItem> found) {
    return new CommandResult(commandId, succeeded, detail, found == null ? List.of() : found);
  }
}
