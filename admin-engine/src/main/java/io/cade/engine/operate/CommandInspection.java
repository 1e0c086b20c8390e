package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CommandQueue;
import io.cade.engine.model.PastCommand;
import io.cade.engine.observe.Observed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is to be seen of a card's commands. Thread-safe. */
public final class CommandInspection {
  private final Supplier<Cabinet> cabinet;
  private final Supplier<Observed> observed;

  CommandInspection(Supplier<Cabinet> cabinet, Supplier<Observed> observed) {
    this.cabinet = cabinet;
    this.observed = observed;
  }

  /**
   * One command of a card.
   *
   * @param state {@code waiting}, {@code given} (the card has it and may be carrying it out),
   *     {@code done} or {@code failed}
   * @param queuedAt absent when an earlier version queued it
   * @param givenAt when the card was first given it, as far as this run of the engine knows
   * @param attempts how often the card was given it
   * @param detail what the card said, or why the command is over without it
   */
  public record CommandView(
      long id,
      String kind,
      String service,
      String state,
      @Nullable Instant queuedAt,
      @Nullable Instant givenAt,
      int attempts,
      @Nullable Instant endedAt,
      String detail) {}

  /** Those that wait, in order, then those that are over, the newest first. */
  public record CommandsView(CardPosition position, List<CommandView> commands) {
    public CommandsView {
      commands = List.copyOf(commands);
    }
  }

  /**
   * The commands of a card.
   *
   * @throws Refusal NOT_FOUND when none was ever seen there
   */
  public CommandsView of(CardPosition at) throws Refusal {
    Cabinet now = cabinet.get();
    if (now.card(at).isEmpty()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "no card was ever seen in slot " + at);
    }
    CommandQueue queue = now.queue(at);
    Observed.CommandFetch fetch = observed.get().fetches().get(at);
    List<CommandView> all = new ArrayList<>();
    for (Command each : queue.waiting()) {
      Observed.CommandFetch given = fetch != null && fetch.command() == each.id() ? fetch : null;
      all.add(
          new CommandView(
              each.id(),
              PastCommand.kind(each),
              each.service(),
              given == null ? "waiting" : "given",
              queue.since().get(each.id()),
              given == null ? null : given.first(),
              given == null ? 0 : given.times(),
              null,
              ""));
    }
    for (PastCommand each : queue.past().reversed()) {
      all.add(
          new CommandView(
              each.id(),
              each.kind(),
              each.service(),
              each.succeeded() ? "done" : "failed",
              each.queuedAt(),
              null,
              0,
              each.endedAt(),
              each.detail()));
    }
    return new CommandsView(at, all);
  }
}
