package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.gateway.IdentityLock;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.CommandQueue;
import io.cade.engine.model.PastCommand;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.observe.Observed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What an operator can do to a card's commands and to its identity (SPEC R3, A3). Thread-safe;
 * stages complete exceptionally like those of {@link Operations}.
 */
public final class CommandOperations {
  /** Pings of one order. */
  public static final int MAX_PINGS = 100;

  private static final int MAX_WHY = 256;

  private final AuditedActions actions;
  private final Supplier<Observed> observed;

  CommandOperations(AuditedActions actions, Supplier<Observed> observed) {
    this.actions = actions;
    this.observed = observed;
  }

  /** Orders whose outcome the card's queue shows. */
  public record Ordered(CardPosition position, List<Long> commands) {
    public Ordered {
      commands = List.copyOf(commands);
    }
  }

  /**
   * A command was taken off the queue.
   *
   * @param remark what the card may have done with it all the same; empty when it never had it
   */
  public record Cancelled(CardPosition position, long command, String kind, String remark) {}

  /** Has the card's agent answer, so many times, one after the other. */
  public CompletionStage<Ordered> ping(Caller caller, CardPosition position, int count) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "ping card " + position,
        false,
        (cabinet, _) -> {
          if (count < 1 || count > MAX_PINGS) {
            throw new Refusal(Refusal.Kind.INVALID, "count must be from 1 to " + MAX_PINGS);
          }
          Card card = requireReached(cabinet, position);
          requireRoom(cabinet, position, count);
          List<Change> changes = new ArrayList<>();
          List<Long> ids = new ArrayList<>();
          for (long id = cabinet.nextCommand(); ids.size() < count; id++) {
            ids.add(id);
            changes.add(new Change.CommandQueued(card.position(), new Command.Ping(id)));
          }
          return new Decision<>(changes, new Ordered(position, ids));
        });
  }

  /**
   * Restarts a card by its agent.
   *
   * @param force also when it has visitors: they are cut off
   */
  public CompletionStage<Ordered> reboot(Caller caller, CardPosition position, boolean force) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "reboot card " + position + (force ? " by force" : ""),
        true,
        (cabinet, _) -> {
          Card card = requireReached(cabinet, position);
          if (position.isManagement() || card.role() != CardRole.SERVER) {
            throw new Refusal(
                Refusal.Kind.INVALID,
                "card " + position + " is a management card: it is not restarted from here");
          }
          List<String> served =
              cabinet.servicesOn(position).stream()
                  .filter(s -> s.phase() != ServicePhase.REMOVING)
                  .map(Service::name)
                  .toList();
          if (!served.isEmpty() && card.drain() == null && !force) {
            throw new Refusal(
                Refusal.Kind.CONFLICT,
                "card "
                    + position
                    + " serves "
                    + String.join(", ", served)
                    + ": drain it first (card drain "
                    + position
                    + "), or use --force");
          }
          requireRoom(cabinet, position, 1);
          long id = cabinet.nextCommand();
          return Decision.of(
              new Ordered(position, List.of(id)),
              new Change.CommandQueued(position, new Command.Reboot(id)));
        });
  }

  /**
   * Takes a command off the queue that its card has not been given yet.
   *
   * @param force also one that it has: the engine then waits for it no longer, but nobody can call
   *     it back
   */
  public CompletionStage<Cancelled> cancel(
      Caller caller, CardPosition position, long command, boolean force) {
    return actions
        .carryOut(
            caller,
            Role.OPERATOR,
            "cancel command " + command + " of card " + position + (force ? " by force" : ""),
            true,
            (cabinet, _) -> {
              Command waiting = requireWaiting(cabinet, position, command);
              boolean given = isGiven(position, command);
              if (given && !force) {
                throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "card "
                        + position
                        + " has been given command "
                        + command
                        + " and may be carrying it out: nobody can call it back. Its result or its"
                        + " time-out ends it; --force only ends the waiting");
              }
              return Decision.of(
                  new Cancelled(position, command, PastCommand.kind(waiting), remark(given)),
                  new Change.CommandFinished(
                      position,
                      command,
                      false,
                      "cancelled by "
                          + caller.user()
                          + (given
                              ? "; the card had been given it and may have carried it out"
                              : " before the card was given it")));
            })
        // It may have been on its way out in the same moment.
        .thenApply(done ->
            done.remark().isEmpty() && isGiven(position, command)
                ? new Cancelled(position, command, done.kind(), remark(true))
                : done);
  }

  private static String remark(boolean given) {
    return given ? "the card had been given it and may have carried it out" : "";
  }

  private boolean isGiven(CardPosition position, long command) {
    Observed.CommandFetch fetch = observed.get().fetches().get(position);
    return fetch != null && fetch.command() == command;
  }

  private static Command requireWaiting(Cabinet cabinet, CardPosition position, long command)
      throws Refusal {
    CommandQueue queue = cabinet.queue(position);
    return queue
        .command(command)
        .orElseThrow(() ->
            queue.past().stream()
                .filter(p -> p.id() == command)
                .findFirst()
                .map(p ->
                    new Refusal(
                        Refusal.Kind.CONFLICT,
                        "command "
                            + command
                            + " of card "
                            + position
                            + " is over: "
                            + (p.succeeded() ? "done" : "failed")
                            + (p.detail().isEmpty() ? "" : ", " + p.detail())))
                .orElseGet(() ->
                    new Refusal(
                        Refusal.Kind.NOT_FOUND,
                        "card "
                            + position
                            + " has no command "
                            + command
                            + "; card commands "
                            + position
                            + " shows its commands")));
  }

  /** Withdraws a card's certificate: it is locked away until it is trusted again. */
  public CompletionStage<Views.CardView> revoke(Caller caller, CardPosition position, String why) {
    String reason = Operations.cut(why.isBlank() ? "no reason given" : why.strip());
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "revoke the certificate of card " + position + ": " + reason,
        true,
        (cabinet, _) -> {
          if (why.length() > MAX_WHY) {
            throw new Refusal(
                Refusal.Kind.INVALID, "the reason has more than " + MAX_WHY + " characters");
          }
          Card card = require(cabinet, position);
          if (position.isManagement()) {
            throw new Refusal(
                Refusal.Kind.INVALID,
                "card "
                    + position
                    + " is a management card: stop its program and delete its state directory, then"
                    + " it enrols anew");
          }
          List<Change> changes =
              IdentityLock.revoke(
                  cabinet, card, "certificate revoked by " + caller.user() + ": " + reason);
          return new Decision<>(changes, Inspection.view(cabinet, card));
        });
  }

  /** Lets a card that was locked away enrol again. */
  public CompletionStage<Views.CardView> trust(Caller caller, CardPosition position) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "trust card " + position,
        true,
        (cabinet, _) -> {
          Card card = require(cabinet, position);
          return new Decision<>(
              IdentityLock.trust(cabinet, card, caller.user()), Inspection.view(cabinet, card));
        });
  }

  private static Card requireReached(Cabinet cabinet, CardPosition position) throws Refusal {
    Card card = require(cabinet, position);
    if (!card.state().isAlive()) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card "
              + position
              + " is "
              + card.state()
              + (card.cause().isEmpty() ? "" : " (" + card.cause() + ")")
              + ": its agent cannot be reached");
    }
    return card;
  }

  static void requireRoom(Cabinet cabinet, CardPosition position, int more) throws Refusal {
    int waiting = cabinet.queue(position).waiting().size();
    if (waiting + more > CommandQueue.MAX_ORDERED) {
      throw new Refusal(
          Refusal.Kind.LIMIT,
          "the queue of card %s is full: %d commands wait, %d is the limit for new ones"
              .formatted(position, waiting, CommandQueue.MAX_ORDERED));
    }
  }

  private static Card require(Cabinet cabinet, CardPosition position) throws Refusal {
    return cabinet
        .card(position)
        .orElseThrow(
            () -> new Refusal(Refusal.Kind.NOT_FOUND, "no card was ever seen in slot " + position));
  }
}
