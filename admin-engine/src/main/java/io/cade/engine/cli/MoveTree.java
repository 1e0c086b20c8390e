package io.cade.engine.cli;

import io.cade.agent.wire.CardPosition;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The command that moves a service from one card to another (SPEC A4), and how it looks. */
final class MoveTree {
  /** Seconds that the command waits unless told otherwise: bound visitors may stay 5 min. */
  private static final int WAIT = 600;

  private static final String AUTO = "auto";

  private MoveTree() {}

  static void addToService(CommandTree tree, CommandSpec service) {
    tree.add(
            service,
            "stop",
            new Action.SwitchService(false),
            "Lets no visitors in: they read that nothing runs just now (503). The service keeps its"
                + " cards and goes on running there.",
            "service stop shop")
        .addPositional(CommandTree.name());
    tree.add(
            service,
            "start",
            new Action.SwitchService(true),
            "Lets visitors in again.",
            "service start shop")
        .addPositional(CommandTree.name());
    CommandSpec move =
        tree.add(
            service,
            "move",
            new Action.MoveService(),
            "Moves a service from one of its cards to a free one and waits until it is done: the"
                + " new card serves before the old one is emptied of visitors and given back."
                + " service cancel stops it.",
            "service move shop 1.3 2.4",
            "service move shop 1.3 auto --deadline 30s");
    move.addPositional(CommandTree.name());
    move.addPositional(
        card("1", "FROM", "The card that is given back, like 1.3.")
            .converters(CommandTree.converter(CardPosition::parse))
            .build());
    move.addPositional(
        card("2", "TO", "A free card, or auto for the one that service plan would choose.")
            .converters(
                CommandTree.converter(text -> text.equals(AUTO) ? text : CardPosition.parse(text)))
            .build());
    move.addOption(
        CommandTree.option(
                CommandTree.DEADLINE,
                "TIME",
                "How long visitors who are bound to the old card may stay at most, like 30s, 5min"
                    + " or 2h; 5min if not given.")
            .build());
    move.addOption(CommandTree.noWait());
    move.addOption(CommandTree.waiting(WAIT));
  }

  static void addSpares(CommandTree tree, CommandSpec root) {
    CommandSpec spare = tree.addGroup(root, "spare", "Spare cards.", "spare show", "spare set 2");
    if (tree.isNamed("spare")) {
      tree.add(
          spare,
          "show",
          new Action.Show("/api/v1/spares", View.SPARES),
          "Free cards, and how many of them are kept back to take the place of failed ones.",
          "spare show",
          "spare show --json");
      tree.add(
              spare,
              "set",
              new Action.SetSpares(),
              "Keeps so many free cards back: new services, and services that grow, do not get"
                  + " them; they take the place of cards that fail.",
              "spare set 2",
              "spare set 0")
          .addPositional(
              PositionalParamSpec.builder()
                  .index("0")
                  .arity("1")
                  .required(true)
                  .type(int.class)
                  .paramLabel("N")
                  .description("How many; 0 for none.")
                  .build());
    }
  }

  static void spares(Fields spares, PrintStream out) {
    List<String> free = spares.texts("free");
    String kept = spares.text("keptBack");
    out.print(
        kept
            + (kept.equals("1") ? " card is" : " cards are")
            + (Integer.parseInt(kept) > free.size() ? " to be" : "")
            + " kept back to take the place of failed ones; "
            + free.size()
            + (free.size() == 1 ? " is free" : " are free")
            + (free.isEmpty() ? "" : ": " + String.join(", ", free))
            + "\n");
  }

  private static PositionalParamSpec.Builder card(String index, String label, String what) {
    return PositionalParamSpec.builder()
        .index(index)
        .arity("1")
        .required(true)
        .type(String.class)
        .paramLabel(label)
        .description(what);
  }

  /** Asks the engine, and follows what it does. */
  static ApiClient.Answer move(ApiClient client, ParseResult leaf, Surroundings surroundings)
      throws CommandFailure {
    ServiceWait wait = ServiceWait.of(leaf, WAIT);
    String from = leaf.matchedPositionalValue(1, "");
    String to = leaf.matchedPositionalValue(2, "");
    String deadline = leaf.matchedOptionValue(CommandTree.DEADLINE, "");
    ApiClient.Answer ordered =
        client.change(
            "POST",
            "/api/v1/services/"
                + Runner.argument(leaf)
                + "/move?from="
                + Runner.encode(from)
                + (to.equals(AUTO) ? "" : "&to=" + Runner.encode(to))
                + (deadline.isEmpty() ? "" : "&deadline=" + Runner.encode(deadline)));
    Runner.refuse(ordered);
    return wait.moved(client, leaf.matchedPositionalValue(0, ""), ordered, surroundings);
  }

  /** What a move that is under way does; empty when none is. */
  static String step(Fields service) {
    Fields move = service.object("move");
    return isActive(move) ? move.text("words") : "";
  }

  static boolean isActive(Fields move) {
    String stage = move.text("stage");
    return stage.equals("SETUP") || stage.equals("DRAINING");
  }

  /** The last move in a line; empty if there never was one. */
  static String line(Fields service, Instant now) {
    Fields move = service.object("move");
    return move.text("words").isEmpty()
        ? ""
        : "%s (%s, by %s; %s)"
            .formatted(
                move.text("words"),
                Words.age(move.instant("since"), now),
                move.text("by"),
                move.text("why"));
  }

  /** {@code card 1.3 to serve, since 3 min (12:31:04Z), until 12:33:04Z}. */
  static String waits(Fields wait, Instant now) {
    Optional<Instant> until = wait.instant("until");
    return wait.text("what")
        + ", since "
        + Words.age(wait.instant("since"), now).replace(" ago", "")
        + " ("
        + Words.clock(wait.instant("since"))
        + ")"
        + (until.isEmpty() ? "" : ", until " + Words.clock(until) + " at the latest");
  }
}
