package io.cade.engine.model;

import io.cade.agent.wire.Command;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A command that left its card's queue, and why.
 *
 * @param kind like {@code install-service}
 * @param service that it was about, else empty
 * @param queuedAt null when an earlier version queued it
 * @param detail what the card said, or who took it off the queue for which reason
 */
public record PastCommand(
    long id,
    String kind,
    String service,
    @Nullable Instant queuedAt,
    Instant endedAt,
    boolean succeeded,
    String detail) {
  static PastCommand of(
      Command command, @Nullable Instant queuedAt, Instant now, boolean succeeded, String detail) {
    return new PastCommand(
        command.id(), kind(command), command.service(), queuedAt, now, succeeded, detail);
  }

  /** The kind of a command in words: its name on the wire. */
  public static String kind(Command command) {
    return command
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }
}
