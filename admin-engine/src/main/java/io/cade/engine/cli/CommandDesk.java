package io.cade.engine.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The operator's commands about a card's agent: its queue, its answers, its certificate. */
final class CommandDesk {
  /** What is asked of the engine. */
  enum Work {
    CANCEL,
    PING,
    REBOOT,
    REVOKE,
    TRUST
  }

  private static final String WHY = "--why";
  private static final String COUNT = "--count";

  /** Seconds that a command waits unless told otherwise. */
  private static final int WAIT_PING = 60;

  private static final int WAIT_REBOOT = 600;

  private CommandDesk() {}

  static void addToCard(CommandTree tree, CommandSpec card, PositionalParamSpec position) {
    tree.add(
            card,
            "commands",
            new Action.Show("/api/v1/cards/", View.COMMANDS),
            "The commands that wait for a card's agent, and its last ones with what became of"
                + " them.",
            "card commands 1.3",
            "card commands 1.3 --json")
        .addPositional(position);
    CommandSpec cancel =
        tree.add(
            card,
            "cancel",
            new Action.CommandWork(Work.CANCEL),
            "Takes a command off a card's queue. One that the card has been given cannot be called"
                + " back; --force only ends the waiting for it.",
            "card cancel 1.3 117",
            "card cancel 1.3 117 --force");
    cancel.addPositional(position);
    cancel.addPositional(
        PositionalParamSpec.builder()
            .index("1")
            .arity("1")
            .required(true)
            .paramLabel("COMMAND")
            .type(long.class)
            .description("Its number, first column of card commands.")
            .build());
    cancel.addOption(flag(CommandTree.FORCE, "Also one that the card has been given."));
    CommandSpec ping =
        tree.add(
            card,
            "ping",
            new Action.CommandWork(Work.PING),
            "Has a card's agent answer by the way that all commands take, and says how long it"
                + " took.",
            "card ping 1.3",
            "card ping 1.3 --count 10 --wait 30");
    ping.addPositional(position);
    ping.addOption(
        OptionSpec.builder(COUNT)
            .type(int.class)
            .paramLabel("N")
            .description("So many, one after the other; 1 to 100, 1 if not given.")
            .build());
    ping.addOption(CommandTree.noWait());
    ping.addOption(CommandTree.waiting(WAIT_PING));
    CommandSpec reboot =
        tree.add(
            card,
            "reboot",
            new Action.CommandWork(Work.REBOOT),
            "Restarts a card by its agent and waits until it is up again. Drain it first.",
            "card reboot 1.3",
            "card reboot 1.3 --force --no-wait");
    reboot.addPositional(position);
    reboot.addOption(flag(CommandTree.FORCE, "Also when it has visitors: they are cut off."));
    reboot.addOption(CommandTree.noWait());
    reboot.addOption(CommandTree.waiting(WAIT_REBOOT));
    CommandSpec revoke =
        tree.add(
            card,
            "revoke",
            new Action.CommandWork(Work.REVOKE),
            "Withdraws a card's certificate at once: the card is locked away, gets no commands and"
                + " no packages, until card trust.",
            "card revoke 1.3 --why \"lent to the laboratory\"");
    revoke.addPositional(position);
    revoke.addOption(
        CommandTree.option(WHY, "TEXT", "The reason, for the record.").required(true).build());
    tree.add(
            card,
            "trust",
            new Action.CommandWork(Work.TRUST),
            "Lets the card in a slot enrol again that was locked away.",
            "card trust 1.3")
        .addPositional(position);
  }

  private static OptionSpec flag(String name, String what) {
    return OptionSpec.builder(name).type(boolean.class).description(what).build();
  }

  static View view(Work work) {
    return switch (work) {
      case CANCEL -> View.CANCELLED;
      case PING, REBOOT -> View.COMMANDS;
      case REVOKE, TRUST -> View.CARD;
    };
  }

  /** Carries it out; after an order, waits for its end. */
  static ApiClient.Answer carryOut(
      ApiClient client, Work work, ParseResult leaf, Surroundings surroundings)
      throws CommandFailure {
    String card = "/api/v1/cards/" + leaf.matchedPositionalValue(0, (Object) "");
    String force = "force=" + leaf.hasMatchedOption(CommandTree.FORCE);
    return switch (work) {
      case CANCEL ->
          client.change(
              "DELETE", card + "/commands/" + leaf.matchedPositionalValue(1, 0L) + "?" + force);
      case PING -> {
        int seconds = CommandWait.seconds(leaf, WAIT_PING);
        String count = "/ping?count=" + leaf.matchedOptionValue(COUNT, 1);
        yield ended(client, card, client.change("POST", card + count), seconds, leaf, surroundings);
      }
      case REBOOT -> {
        int seconds = CommandWait.seconds(leaf, WAIT_REBOOT);
        String reboot = "/reboot?" + force;
        yield ended(
            client, card, client.change("POST", card + reboot), seconds, leaf, surroundings);
      }
      case REVOKE ->
          client.change(
              "POST", card + "/revoke?why=" + Runner.encode(leaf.matchedOptionValue(WHY, "")));
      case TRUST -> client.change("POST", card + "/trust");
    };
  }

  private static ApiClient.Answer ended(
      ApiClient client,
      String card,
      ApiClient.Answer ordered,
      int seconds,
      ParseResult leaf,
      Surroundings surroundings)
      throws CommandFailure {
    return CommandWait.ended(
        client,
        card,
        ordered,
        seconds,
        new CommandWait.Words(
            each -> each.text("kind") + " " + each.text("id") + " failed: " + each.text("detail"),
            late ->
                "no answer within "
                    + late
                    + " s; the command goes on: card commands "
                    + leaf.matchedPositionalValue(0, (Object) "")
                    + " shows it"),
        surroundings);
  }

  /** What waits and what is over, as a table. */
  static void print(Fields answer, PrintStream out, boolean colour, Instant now) {
    List<Fields> all = answer.objects("commands");
    if (all.isEmpty()) {
      out.print("card " + answer.text("position") + " was never given a command\n");
      return;
    }
    Table table =
        new Table(
            colour, ">COMMAND", "KIND", "SERVICE", "STATE", ">QUEUED", ">TOOK", ">GIVEN", "DETAIL");
    for (Fields each : all) {
      table.row(
          each.text("id"),
          each.text("kind"),
          Words.orDash(each.text("service")),
          each.text("state"),
          Words.age(each.instant("queuedAt"), now),
          took(each),
          times(each.text("attempts")),
          each.text("detail"));
    }
    table.print(out);
  }

  private static String times(String attempts) {
    return switch (attempts) {
      case "", "0" -> "-";
      case "1" -> "once";
      default -> attempts + " times";
    };
  }

  private static String took(Fields command) {
    Instant queued = command.instant("queuedAt").orElse(null);
    Instant ended = command.instant("endedAt").orElse(null);
    if (queued == null || ended == null) {
      return "-";
    }
    long millis = Math.max(0, Duration.between(queued, ended).toMillis());
    return millis < 10_000 ? millis + " ms" : millis / 1000 + " s";
  }

  /** What became of a cancelled command. */
  static void printCancelled(Fields answer, PrintStream out) {
    String remark = answer.text("remark");
    out.print(
        answer.text("kind")
            + " "
            + answer.text("command")
            + " is off the queue of card "
            + answer.text("position")
            + (remark.isEmpty() ? "; the card never had it" : "; " + remark)
            + "\n");
  }
}
