package io.cade.engine.cli;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The commands about how many cards a service has, and which (SPEC A4, D3). */
final class PlanTree {
  /** Seconds that a command waits unless told otherwise: bound visitors may stay 5 min. */
  private static final int WAIT = 600;

  private PlanTree() {}

  static void addToService(CommandTree tree, CommandSpec service) {
    CommandSpec plan =
        tree.add(
            service,
            "plan",
            new Action.PlanService(),
            "Tells which cards a service would have, and why; and why not the others. Changes"
                + " nothing. For a service that there is, or a name for a new one.",
            "service plan shop --cards 3",
            "service plan bakery --cards 2 --json");
    plan.addPositional(CommandTree.name());
    plan.addOption(cards());
    CommandSpec resize =
        tree.add(
            service,
            "resize",
            new Action.ResizeService(),
            "Brings a service to another number of cards and waits until it is done. Cards that"
                + " join are chosen as service plan tells, or nothing is changed if there are too"
                + " few. Cards that leave are emptied of visitors first, then released.",
            "service resize shop --cards 4",
            "service resize shop --cards 2 --deadline 30s --no-wait");
    resize.addPositional(CommandTree.name());
    resize.addOption(cards());
    resize.addOption(
        CommandTree.option(
                CommandTree.DEADLINE,
                "TIME",
                "How long visitors who are bound to a card that leaves may stay at most, like 30s,"
                    + " 5min or 2h; 5min if not given.")
            .build());
    resize.addOption(CommandTree.noWait());
    resize.addOption(CommandTree.waiting(WAIT));
  }

  private static OptionSpec cards() {
    return CommandTree.option(CommandTree.CARDS, "N", "How many cards it is to have.")
        .type(int.class)
        .required(true)
        .build();
  }

  static ApiClient.Answer plan(ApiClient client, ParseResult leaf) throws CommandFailure {
    return client.get(path(leaf) + "/plan?cards=" + number(leaf));
  }

  /** Asks the engine, and follows what it does. */
  static ApiClient.Answer resize(ApiClient client, ParseResult leaf, Surroundings surroundings)
      throws CommandFailure {
    int cards = number(leaf);
    ServiceWait wait = ServiceWait.of(leaf, WAIT);
    ApiClient.Answer before = client.get(path(leaf));
    Runner.refuse(before);
    String deadline = leaf.matchedOptionValue(CommandTree.DEADLINE, "");
    ApiClient.Answer ordered =
        client.change(
            "POST",
            path(leaf)
                + "/cards?cards="
                + cards
                + (deadline.isEmpty() ? "" : "&deadline=" + Runner.encode(deadline)));
    Runner.refuse(ordered);
    Set<String> joining = new HashSet<>(positions(ordered));
    joining.removeAll(positions(before));
    return wait.resized(
        client,
        leaf.matchedPositionalValue(0, ""),
        ordered,
        surroundings,
        service -> left(service, joining, cards));
  }

  /** What is still to be done; empty when nothing is. */
  private static String left(Fields service, Set<String> joining, int cards) {
    List<Fields> placements = service.objects("placements");
    String setUp =
        placements.stream()
            .filter(p -> joining.contains(p.text("position")) && !p.text("state").equals("RUNNING"))
            .map(p -> {
              String detail = p.text("detail");
              return p.text("position")
                  + " "
                  + p.text("state")
                  + (detail.isEmpty() ? "" : " (" + detail + ")");
            })
            .collect(Collectors.joining(", "));
    if (!setUp.isEmpty()) {
      return "cards are set up: " + setUp;
    }
    if (placements.isEmpty()) {
      return "waits for cards: " + service.text("waitsFor");
    }
    int leaving = placements.size() - cards;
    return leaving > 0
        ? leaving + (leaving == 1 ? " card is" : " cards are") + " emptied of visitors"
        : "";
  }

  private static List<String> positions(ApiClient.Answer answer) throws CommandFailure {
    try {
      return Json.object(answer.body()).objects("placements").stream()
          .map(p -> p.text("position"))
          .toList();
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "the engine's answer cannot be understood: " + e.getMessage());
    }
  }

  private static String path(ParseResult leaf) throws CommandFailure {
    return "/api/v1/services/" + Runner.argument(leaf);
  }

  private static int number(ParseResult leaf) throws CommandFailure {
    int cards = leaf.matchedOptionValue(CommandTree.CARDS, 0);
    if (cards < 1) {
      throw new CommandFailure(
          ExitCode.USAGE, CommandTree.CARDS + " is " + cards + "; a service needs at least 1");
    }
    return cards;
  }
}
