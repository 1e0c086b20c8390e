package io.cade.engine.model;

import io.cade.agent.wire.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Commands that a card has not finished yet, in order (SPEC R3). At most {@value #MAX_COMMANDS}.
 */
public record CommandQueue(List<Command> waiting) {
  public static final int MAX_COMMANDS = 1_000;

  public static final CommandQueue EMPTY = new CommandQueue(List.of());

  public CommandQueue {
    waiting = List.copyOf(waiting);
  }

  CommandQueue plus(Command command) {
    if (waiting.size() >= MAX_COMMANDS) {
      throw new IllegalStateException("command queue full: " + MAX_COMMANDS);
    }
    List<Command> next = new ArrayList<>(waiting);
    next.add(command);
    return new CommandQueue(next);
  }

  /** The waiting command of that id. */
  public Optional<Command> command(long id) {
    return waiting.stream().filter(c -> c.id() == id).findFirst();
  }

  /** Whether anything about the service waits. */
  public boolean concerns(String service) {
    return waiting.stream().anyMatch(c -> c.service().equals(service));
  }

  CommandQueue withoutService(String service) {
    return new CommandQueue(waiting.stream().filter(c -> !c.service().equals(service)).toList());
  }

  CommandQueue without(long id) {
    return new CommandQueue(waiting.stream().filter(c -> c.id() != id).toList());
  }
}
