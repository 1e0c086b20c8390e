package io.cade.engine.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.cade.agent.wire.Command;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Commands that a card has not finished yet, in order (SPEC R3), at most {@value #MAX_COMMANDS};
 * and the last {@value #MAX_PAST} that it has.
 *
 * @param since when each waiting command was queued, by its id; not known of those that an earlier
 *     version queued
 * @param past oldest first
 */
public record CommandQueue(
    List<Command> waiting, Map<Long, Instant> since, List<PastCommand> past) {
  public static final int MAX_COMMANDS = 1_000;

  /** So many of them may be there for people to add one; the rest is left to the engine's rules. */
  public static final int MAX_ORDERED = 900;

  public static final int MAX_PAST = 16;

  public static final CommandQueue EMPTY = new CommandQueue(List.of());

  public CommandQueue {
    waiting = List.copyOf(waiting);
    since = Map.copyOf(since);
    past = List.copyOf(past);
  }

  /** A queue of which only the commands are known. */
  public CommandQueue(List<Command> waiting) {
    this(waiting, Map.of(), List.of());
  }

  /** Earlier versions stored the commands only. */
  @JsonCreator
  static CommandQueue stored(
      @JsonProperty("waiting") List<Command> waiting,
      @JsonProperty("since") @Nullable Map<Long, Instant> since,
      @JsonProperty("past") @Nullable List<PastCommand> past) {
    return new CommandQueue(
        waiting, since == null ? Map.of() : since, past == null ? List.of() : past);
  }

  CommandQueue plus(Command command, Instant now) {
    if (waiting.size() >= MAX_COMMANDS) {
      throw new IllegalStateException("command queue full: " + MAX_COMMANDS);
    }
    List<Command> next = new ArrayList<>(waiting);
    next.add(command);
    Map<Long, Instant> times = new HashMap<>(since);
    times.put(command.id(), now);
    return new CommandQueue(next, times, past);
  }

  /** The waiting command of that id. */
  public Optional<Command> command(long id) {
    return waiting.stream().filter(c -> c.id() == id).findFirst();
  }

  /** Whether anything about the service waits. */
  public boolean concerns(String service) {
    return waiting.stream().anyMatch(c -> c.service().equals(service));
  }

  /** Whether there is nothing to remember of it. */
  boolean isBlank() {
    return waiting.isEmpty() && past.isEmpty();
  }

  /** Without a service's commands: one before them failed. */
  CommandQueue withoutService(String service, Instant now, String why) {
    return without(c -> c.service().equals(service), now, false, why);
  }

  CommandQueue without(long id, Instant now, boolean succeeded, String detail) {
    return without(c -> c.id() == id, now, succeeded, detail);
  }

  private CommandQueue without(
      Predicate<Command> which, Instant now, boolean succeeded, String detail) {
    List<Command> next = new ArrayList<>();
    Map<Long, Instant> times = new HashMap<>(since);
    List<PastCommand> over = new ArrayList<>(past);
    for (Command each : waiting) {
      if (which.test(each)) {
        if (each instanceof Command.Collect) {
          // Somebody reads along: that is not to push what was done out of the history.
          over.removeIf(p -> p.kind().equals(PastCommand.kind(each)));
        }
        over.add(PastCommand.of(each, times.remove(each.id()), now, succeeded, detail));
      } else {
        next.add(each);
      }
    }
    return new CommandQueue(
        next, times, over.subList(Math.max(0, over.size() - MAX_PAST), over.size()));
  }
}
