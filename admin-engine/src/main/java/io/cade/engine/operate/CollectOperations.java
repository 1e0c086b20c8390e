package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogSource;
import io.cade.agent.wire.LogUpload;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.collect.CardLogs;
import io.cade.engine.collect.Collected;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Logs and inventories of cards (SPEC A1, A9): has a card send them, and shows what was sent last,
 * also of a card that is gone. For operators and administrators: what visitors did may be in there.
 * Thread-safe; stages complete exceptionally like those of {@link Operations}.
 */
public final class CollectOperations {
  /** Lines shown at once. */
  public static final int MAX_LINES = 5_000;

  private final AuditedActions actions;
  private final ChangeWriter writer;
  private volatile @Nullable Collected collected;

  CollectOperations(AuditedActions actions, ChangeWriter writer) {
    this.actions = actions;
    this.writer = writer;
  }

  /** Where it is kept; until then there is nothing to show. */
  public void from(Collected source) {
    collected = source;
  }

  /**
   * What to show, or to have sent.
   *
   * @param source as of {@link LogSource}; empty for the agent and all services
   * @param seconds not older than that; 0 for any age
   */
  public record Which(String source, long seconds, int lines) {}

  /**
   * A card's logs as they are here.
   *
   * @param state of the card, for whoever wonders why nothing is new
   * @param collectedAt when lines last came; absent when none ever did
   * @param sources of which there are lines
   */
  public record LogsView(
      CardPosition position,
      String state,
      @Nullable Instant collectedAt,
      List<String> sources,
      List<CardLogs.Line> lines) {}

  /** A card's inventory as it was sent last. */
  public record InventoryView(
      CardPosition position,
      String state,
      Instant at,
      String kernel,
      List<Inventory.InstalledPackage> packages,
      List<Inventory.Unit> units,
      int more,
      String problem) {}

  /**
   * Has the card send what is new of its logs.
   *
   * @param followSeconds for how long it sends new lines at once; 0 to 600
   */
  public CompletionStage<CommandOperations.Ordered> collectLogs(
      Caller caller, CardPosition at, Which which, int followSeconds) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "read the logs of card "
            + at
            + (which.source().isEmpty() ? "" : ", " + Operations.cut(which.source())),
        true,
        (cabinet, _) -> {
          check(which);
          if (followSeconds < 0 || followSeconds > 600) {
            throw new Refusal(
                Refusal.Kind.INVALID, "follow is " + followSeconds + " s, outside 0 to 600");
          }
          return queued(
              cabinet,
              at,
              new Command.ReadLogs(
                  cabinet.nextCommand(),
                  which.source(),
                  Math.min(which.lines(), LogUpload.MAX_LINES),
                  which.seconds(),
                  followSeconds));
        });
  }

  /** Has the card send an inventory. */
  public CompletionStage<CommandOperations.Ordered> collectInventory(
      Caller caller, CardPosition at) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "read the inventory of card " + at,
        true,
        (cabinet, _) -> queued(cabinet, at, new Command.ReadInventory(cabinet.nextCommand())));
  }

  private static Decision<CommandOperations.Ordered> queued(
      Cabinet cabinet, CardPosition at, Command command) throws Refusal {
    Card card = require(cabinet, at);
    if (card.role() != CardRole.SERVER) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card %s is a %s: it takes no commands; its log is where its system keeps it"
              .formatted(at, card.role().name().toLowerCase(Locale.ROOT)));
    }
    if (!card.state().isAlive()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card "
              + at
              + " is "
              + card.state()
              + (card.cause().isEmpty() ? "" : " (" + card.cause() + ")")
              + ": it can send nothing; --stored shows what it sent last");
    }
    CommandOperations.requireRoom(cabinet, at, 1);
    return Decision.of(
        new CommandOperations.Ordered(at, List.of(command.id())),
        new Change.CommandQueued(at, command));
  }

  private static void check(Which which) throws Refusal {
    if (!which.source().isEmpty() && !LogSource.isSource(which.source())) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "'"
              + Operations.cut(which.source())
              + "' is no source of a log: agent, service:NAME or unit:NAME");
    }
    if (which.lines() < 1 || which.lines() > MAX_LINES) {
      throw new Refusal(
          Refusal.Kind.INVALID, "lines are " + which.lines() + ", outside 1 to " + MAX_LINES);
    }
    if (which.seconds() < 0 || which.seconds() > 366L * 86_400) {
      throw new Refusal(Refusal.Kind.INVALID, "since is outside 0 to 366 days");
    }
  }

  /** Logs as they are here; blocks for the disk. */
  public LogsView logs(Caller caller, CardPosition at, Which which) throws Refusal, IOException {
    requireOperator(caller);
    check(which);
    Card card = require(writer.current(), at);
    Collected from = collected;
    if (from == null) {
      return new LogsView(at, card.state().name(), null, List.of(), List.of());
    }
    Instant since = which.seconds() == 0 ? Instant.EPOCH : from.now().minusSeconds(which.seconds());
    Predicate<String> wanted =
        which.source().isEmpty()
            ? source -> LogSource.unitOf(source).isEmpty()
            : which.source()::equals;
    return new LogsView(
        at,
        card.state().name(),
        from.logs().collectedAt(at),
        from.logs().sources(at),
        from.logs().read(at, wanted, since, which.lines()));
  }

  /** The inventory as it is here; blocks for the disk. */
  public InventoryView inventory(Caller caller, CardPosition at) throws Refusal, IOException {
    requireOperator(caller);
    Card card = require(writer.current(), at);
    Collected from = collected;
    Inventory last = from == null ? null : from.inventories().last(at).orElse(null);
    if (last == null) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND,
          "card " + at + " has never sent an inventory; without --stored it is asked for one");
    }
    return new InventoryView(
        at,
        card.state().name(),
        last.at(),
        last.kernel(),
        last.packages(),
        last.units(),
        last.more(),
        last.problem());
  }

  private static void requireOperator(Caller caller) throws Refusal {
    if (!caller.role().includes(Role.OPERATOR)) {
      throw new Refusal(
          Refusal.Kind.NOT_ALLOWED,
          "this needs the role "
              + Role.OPERATOR.word()
              + ", "
              + caller.user()
              + " is "
              + caller.role().word());
    }
  }

  private static Card require(Cabinet cabinet, CardPosition at) throws Refusal {
    return cabinet
        .card(at)
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.NOT_FOUND, "no card was ever seen in slot " + at));
  }
}
