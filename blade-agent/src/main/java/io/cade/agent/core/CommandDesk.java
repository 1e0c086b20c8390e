package io.cade.agent.core;

import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Ask sessions and the memory of results (SPEC R3): pokes are merged and spaced, each session runs
 * until there is no command, a command already carried out is answered from memory. Owned by the
 * core.
 */
final class CommandDesk {
  private enum Session {
    CLOSED,
    ASKING,
    RUNNING
  }

  private final AgentTimings timings;
  private final BackOff backOff;
  private final TreeMap<Long, CommandResult> results = new TreeMap<>();
  private @Nullable CommandResult unreported;
  private @Nullable CommandResult asked;
  private Session session = Session.CLOSED;
  private boolean open;
  private boolean wanted;
  private Instant earliest = Instant.MIN;

  CommandDesk(AgentTimings timings, AgentMemory memory, RandomGenerator random) {
    this.timings = timings;
    this.backOff = new BackOff(timings.backOffMin(), timings.backOffMax(), random);
    memory.results().forEach(result -> results.put(result.commandId(), result));
    unreported = memory.unreported();
    wanted = unreported != null;
  }

  List<CommandResult> results() {
    return List.copyOf(results.values());
  }

  /** What is to be remembered of it: what was only looked at can be looked at again. */
  @Nullable CommandResult unreported() {
    return unreported == null || isReading(unreported) ? null : unreported;
  }

  /** Up to a megabyte each, and harmless to repeat: neither flash nor memory is for these. */
  private static boolean isReading(CommandResult result) {
    return !result.found().isEmpty();
  }

  /** There may be commands. */
  void want() {
    wanted = true;
  }

  /** A new certificate means a new life: an engine that starts anew counts from the beginning. */
  void forget() {
    results.clear();
    unreported = null;
  }

  Instant nextWake(boolean online) {
    return online && wanted && session == Session.CLOSED ? earliest : Instant.MAX;
  }

  /** Opens a session when it is due. */
  void advance(Instant now, List<AgentEffect> effects) {
    if (wanted && session == Session.CLOSED && !now.isBefore(earliest)) {
      wanted = false;
      session = Session.ASKING;
      open = true;
      earliest = now.plus(timings.sessionSpacing());
      asked = unreported;
      effects.add(new AgentEffect.OpenAskSession(unreported));
    }
  }

  /**
   * The engine answered.
   *
   * @return the command to carry out now, or null
   */
  @Nullable Command answered(@Nullable Command command, Instant now, List<AgentEffect> effects) {
    if (session != Session.ASKING) {
      return null;
    }
    if (command != null && asked != null && asked.commandId() == command.id()) {
      // The engine heard the result and still sends the command: do not turn in circles with it.
      failed(now, effects);
      return null;
    }
    backOff.reset();
    if (asked != null && asked.equals(unreported)) {
      unreported = null;
    }
    asked = null;
    if (command == null) {
      close(effects);
      return null;
    }
    CommandResult known = known(command);
    if (known != null) {
      ask(known, effects);
      return null;
    }
    session = Session.RUNNING;
    return command;
  }

  private @Nullable CommandResult known(Command command) {
    CommandResult result = results.get(command.id());
    // While there is room for more, nothing was forgotten: what is not known was never done.
    if (result == null
        && results.size() >= AgentMemory.MAX_RESULTS
        && command.id() < results.firstKey()) {
      return new CommandResult(
          command.id(),
          false,
          "older than the last "
              + AgentMemory.MAX_RESULTS
              + " commands, whose results this card keeps; not carried out again");
    }
    return result;
  }

  /** A command ended; called after {@link AgentEffect.Remember} was asked for. */
  void record(CommandResult result) {
    if (!isReading(result)) {
      results.put(result.commandId(), result);
    }
    while (results.size() > AgentMemory.MAX_RESULTS) {
      results.pollFirstEntry();
    }
    unreported = result;
  }

  /** Says the result of the command that ended. */
  void report(CommandResult result, List<AgentEffect> effects) {
    if (session == Session.RUNNING && open) {
      session = Session.ASKING;
      ask(result, effects);
    } else {
      session = Session.CLOSED;
      wanted = true;
    }
  }

  private void ask(CommandResult result, List<AgentEffect> effects) {
    asked = result;
    effects.add(new AgentEffect.Ask(result));
  }

  void failed(Instant now, List<AgentEffect> effects) {
    if (session == Session.ASKING) {
      wanted = true;
      earliest = now.plus(backOff.next());
      close(effects);
    }
  }

  private void close(List<AgentEffect> effects) {
    session = Session.CLOSED;
    if (open) {
      open = false;
      effects.add(new AgentEffect.CloseAskSession());
    }
  }
}
