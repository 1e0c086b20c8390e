package io.cade.engine.cli;

import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The commands about versions of a service's content (SPEC R1, U2). */
final class VersionTree {
  /** What is asked of the engine. */
  enum Work {
    PUBLISH,
    RETURN,
    CANCEL
  }

  private static final String WHY = "--why";
  private static final String GATE = "--gate";
  private static final String DRAIN = "--drain";

  /** Seconds that a command waits unless told otherwise: each card takes its time. */
  private static final int WAIT = 900;

  private VersionTree() {}

  static void addToService(CommandTree tree, CommandSpec service) {
    CommandSpec publish =
        tree.add(
            service,
            "publish",
            new Action.VersionWork(Work.PUBLISH),
            "Publishes the files of a directory as the service's next version and waits until all"
                + " its cards have it: one after the other is emptied of visitors, gets it, and is"
                + " watched by the proxies. If one fails, all go back and an alarm says why.",
            "service publish shop --content ./site --why \"spring sale\"",
            "service publish shop --content ./site --gate 2min --no-wait");
    publish.addPositional(CommandTree.name());
    publish.addOption(
        CommandTree.option(
                CommandTree.CONTENT, "DIR", "Directory with its files; links in it are refused.")
            .required(true)
            .build());
    addWay(publish);
    tree.add(
            service,
            "versions",
            new Action.Show("/api/v1/services/", View.VERSIONS),
            "The versions of a service's content: who published each, when and why.",
            "service versions shop",
            "service versions shop --json")
        .addPositional(CommandTree.name());
    CommandSpec back =
        tree.add(
            service,
            "return",
            new Action.VersionWork(Work.RETURN),
            "Brings a service to a version that it had, card by card as publish does.",
            "service return shop 2",
            "service return shop 2 --why \"prices were wrong\"");
    back.addPositional(CommandTree.name());
    back.addPositional(
        PositionalParamSpec.builder()
            .index("1")
            .arity("1")
            .required(true)
            .paramLabel("VERSION")
            .type(int.class)
            .description("Its number, first column of service versions.")
            .build());
    addWay(back);
    CommandSpec cancel =
        tree.add(
            service,
            "cancel",
            new Action.VersionWork(Work.CANCEL),
            "Stops a version on its way: the cards that have it go back. A move from card to card that"
                + " is under way is undone likewise.",
            "service cancel shop");
    cancel.addPositional(CommandTree.name());
    cancel.addOption(CommandTree.noWait());
    cancel.addOption(CommandTree.waiting(WAIT));
  }

  private static void addWay(CommandSpec command) {
    command.addOption(CommandTree.option(WHY, "TEXT", "For the history.").build());
    command.addOption(
        CommandTree.option(
                GATE, "TIME", "How long each card has to prove itself, like 30s; 10s if not given.")
            .build());
    command.addOption(
        CommandTree.option(
                DRAIN,
                "TIME",
                "How long visitors who are bound to a card may stay at most; 10s if not given.")
            .build());
    command.addOption(CommandTree.noWait());
    command.addOption(CommandTree.waiting(WAIT));
  }

  /** Asks the engine, and follows what it does. */
  static ApiClient.Answer carryOut(
      ApiClient client, Work work, ParseResult leaf, Surroundings surroundings)
      throws CommandFailure {
    String path = "/api/v1/services/" + Runner.argument(leaf);
    ServiceWait wait = ServiceWait.of(leaf, WAIT);
    ApiClient.Answer ordered =
        switch (work) {
          case PUBLISH -> {
            Path content = Runner.path(leaf, CommandTree.CONTENT);
            yield ServiceOrder.upload(client, path + "/versions" + query("", leaf), content);
          }
          case RETURN ->
              client.change(
                  "POST",
                  path + "/rollout" + query("version=" + leaf.matchedPositionalValue(1, 0), leaf));
          case CANCEL -> client.change("DELETE", path + "/rollout");
        };
    Runner.refuse(ordered);
    return wait.rolledOut(
        client, leaf.matchedPositionalValue(0, ""), ordered, surroundings, work == Work.CANCEL);
  }

  private static String query(String first, ParseResult leaf) {
    StringBuilder query = new StringBuilder(first);
    for (String option : new String[] {WHY, GATE, DRAIN}) {
      if (leaf.hasMatchedOption(option)) {
        query
            .append(query.isEmpty() ? "" : "&")
            .append(option.substring(2))
            .append('=')
            .append(Runner.encode(leaf.matchedOptionValue(option, "")));
      }
    }
    return query.isEmpty() ? "" : "?" + query;
  }
}
