package io.cade.engine.cli;

import io.cade.agent.wire.LogSource;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** What a card tells beyond its reports: {@code card logs} and {@code card inventory}. */
final class LogTree {
  private static final String SERVICE = "--service";
  private static final String UNIT = "--unit";
  private static final String AGENT = "--agent";
  private static final String SINCE = "--since";
  private static final String LINES = "--lines";
  private static final String FOLLOW = "--follow";
  private static final String STORED = "--stored";

  private static final int WAIT = 60;
  private static final Duration FOLLOW_LOOK = Duration.ofSeconds(1);

  /** A card sends new lines at once for so long; asked for again before that is over. */
  private static final int FOLLOW_SECONDS = 120;

  /** States in which a card's agent cannot be reached. */
  private static final List<String> AWAY =
      List.of("ABSENT", "OFF", "BOOTING", "FAILED", "QUARANTINED");

  private static final int FOLLOW_LINES = 2_000;
  private static final Pattern AGE = Pattern.compile("(\\d{1,6})(s|min|h|d)");

  private LogTree() {}

  static void addToCard(CommandTree tree, CommandSpec card, PositionalParamSpec position) {
    CommandSpec logs =
        tree.add(
            card,
            "logs",
            new Action.CardLogs(),
            "What a card's agent and services have written, also of a card that is gone: then what"
                + " it sent last. Operators only.",
            "card logs 1.3",
            "card logs 1.3 --service shop --since 10min --lines 50",
            "card logs 1.3 --unit ssh",
            "card logs 1.3 --follow");
    logs.addPositional(position);
    logs.addOption(
        CommandTree.option(SERVICE, "SERVICE", "Only what this service has written.").build());
    logs.addOption(
        CommandTree.option(UNIT, "UNIT", "The journal of this unit of the card's system.").build());
    logs.addOption(flag(AGENT, "Only what the agent has written."));
    logs.addOption(
        CommandTree.option(
                SINCE,
                "TIME",
                "Not older: an age like 30s, 10min, 2h or 1d, or a time like"
                    + " 2026-01-31T12:00:00Z.")
            .build());
    logs.addOption(
        OptionSpec.builder(LINES, "-n")
            .type(int.class)
            .paramLabel("N")
            .description("The last so many; 1 to 5000, 200 if not given.")
            .build());
    logs.addOption(flag(FOLLOW, "Go on with what comes, until Ctrl-C."));
    logs.addOption(flag(STORED, "Do not ask the card: show what it sent last."));
    logs.addOption(CommandTree.waiting(WAIT));
    CommandSpec inventory =
        tree.add(
            card,
            "inventory",
            new Action.CardInventory(),
            "Packages with their versions, kernel and units of a card. Operators only.",
            "card inventory 1.3",
            "card inventory 1.3 --json");
    inventory.addPositional(position);
    inventory.addOption(flag(STORED, "Do not ask the card: show what it sent last."));
    inventory.addOption(CommandTree.waiting(WAIT));
  }

  private static OptionSpec flag(String name, String what) {
    return OptionSpec.builder(name).type(boolean.class).description(what).build();
  }

  /** Whether it is a command that ends only when somebody ends it. */
  static boolean goesOn(ParseResult leaf) {
    return leaf.hasMatchedOption(FOLLOW);
  }

  /** Shows logs, and goes on with them if asked to. */
  static void logs(ApiClient client, ParseResult leaf, Surroundings surroundings, boolean json)
      throws CommandFailure {
    String card = card(leaf);
    Instant now = surroundings.clock().instant();
    String source = source(leaf);
    long since = since(leaf.matchedOptionValue(SINCE, ""), now);
    int lines = leaf.matchedOptionValue(LINES, 200);
    boolean follow = leaf.hasMatchedOption(FOLLOW);
    String query = "/logs?source=" + Runner.encode(source) + "&since=" + since + "&lines=";
    boolean asks = !leaf.hasMatchedOption(STORED);
    if (follow && !asks) {
      throw new CommandFailure(ExitCode.USAGE, FOLLOW + " and " + STORED + " exclude each other");
    }
    Fields state = new Fields(Map.of());
    if (asks) {
      ApiClient.Answer look = client.get(card);
      Runner.refuse(look);
      state = ServiceWait.fields(look);
      // A card that cannot be asked is what its logs were collected for.
      asks = !AWAY.contains(state.text("state")) || follow;
    }
    if (asks) {
      ask(
          client,
          card,
          card + query + lines + (follow ? "&follow=" + FOLLOW_SECONDS : ""),
          leaf,
          surroundings);
    }
    ApiClient.Answer answer = client.get(card + query + lines);
    Runner.refuse(answer);
    Shown shown = new Shown(surroundings.out(), json);
    if (json && !follow) {
      shown.whole(answer);
      return;
    }
    Fields told = ServiceWait.fields(answer);
    if (!asks) {
      surroundings
          .err()
          .print(
              "cade: card "
                  + Words.printable(told.text("position"))
                  + " is "
                  + told.text("state")
                  + "; sent last "
                  + Words.age(told.instant("collectedAt"), now)
                  + "\n");
    }
    shown.lines(told);
    if (told.objects("lines").isEmpty() && !follow) {
      surroundings
          .err()
          .print("cade: there are no such lines; others are of " + told.texts("sources") + "\n");
    }
    if (follow) {
      follow(client, card, query, leaf, surroundings, shown);
    }
  }

  private static void follow(
      ApiClient client,
      String card,
      String query,
      ParseResult leaf,
      Surroundings surroundings,
      Shown shown)
      throws CommandFailure {
    Duration asked = Duration.ZERO;
    Watch watch =
        new Watch(client, surroundings, "card logs " + leaf.matchedPositionalValue(0, (Object) ""));
    while (!Thread.currentThread().isInterrupted()) {
      surroundings.out().flush();
      surroundings.pause().last(FOLLOW_LOOK);
      asked = asked.plus(FOLLOW_LOOK);
      if (asked.toSeconds() > FOLLOW_SECONDS / 2) {
        asked = Duration.ZERO;
        ask(client, card, card + query + "1&follow=" + FOLLOW_SECONDS, leaf, surroundings);
      }
      ApiClient.Answer answer = watch.get(card + query + FOLLOW_LINES);
      Runner.refuse(answer);
      shown.lines(ServiceWait.fields(answer));
      if (surroundings.out().checkError()) {
        return;
      }
    }
  }

  /** Shows an inventory. */
  static ApiClient.Answer inventory(ApiClient client, ParseResult leaf, Surroundings surroundings)
      throws CommandFailure {
    String path = card(leaf) + "/inventory";
    if (!leaf.hasMatchedOption(STORED)) {
      ask(client, card(leaf), path, leaf, surroundings);
    }
    return client.get(path);
  }

  static void printInventory(Fields answer, PrintStream out, boolean colour, Instant now) {
    out.print(
        "card "
            + Words.printable(answer.text("position"))
            + ", looked at "
            + Words.age(answer.instant("at"), now)
            + ", kernel "
            + Words.orDash(Words.printable(answer.text("kernel")))
            + "\n\n");
    Table packages = new Table(colour, "PACKAGE", "VERSION");
    answer.objects("packages").forEach(p -> packages.row(p.text("name"), p.text("version")));
    packages.print(out);
    List<Fields> all = answer.objects("units");
    if (!all.isEmpty()) {
      out.print("\n");
      Table units = new Table(colour, "UNIT", "ENABLED", "STATE");
      all.forEach(u -> units.row(u.text("name"), u.is("enabled") ? "yes" : "no", u.text("state")));
      units.print(out);
    }
    if (!answer.text("more").equals("0")) {
      out.print("and " + answer.text("more") + " more that did not fit\n");
    }
    if (!answer.text("problem").isEmpty()) {
      out.print(Words.printable(answer.text("problem")) + "\n");
    }
  }

  private static String card(ParseResult leaf) {
    return "/api/v1/cards/" + leaf.matchedPositionalValue(0, (Object) "");
  }

  /** Has the card send, and waits until it has. */
  private static void ask(
      ApiClient client, String card, String order, ParseResult leaf, Surroundings surroundings)
      throws CommandFailure {
    int seconds = CommandWait.seconds(leaf, WAIT);
    String last = "; " + STORED + " shows what it sent last";
    var _ =
        CommandWait.ended(
            client,
            card,
            client.change("POST", order),
            seconds,
            new CommandWait.Words(
                each -> "the card could not send it: " + each.text("detail") + last,
                late -> "the card did not send it within " + late + " s" + last),
            surroundings);
  }

  private static String source(ParseResult leaf) throws CommandFailure {
    String service = leaf.matchedOptionValue(SERVICE, "");
    String unit = leaf.matchedOptionValue(UNIT, "");
    boolean agent = leaf.hasMatchedOption(AGENT);
    int named = (service.isEmpty() ? 0 : 1) + (unit.isEmpty() ? 0 : 1) + (agent ? 1 : 0);
    if (named > 1) {
      throw new CommandFailure(
          ExitCode.USAGE, "only one of " + SERVICE + ", " + UNIT + " and " + AGENT);
    }
    try {
      return agent
          ? LogSource.AGENT
          : !service.isEmpty()
              ? LogSource.service(service)
              : unit.isEmpty() ? "" : LogSource.unit(unit);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  /** An age in seconds, at least one; 0 for any. */
  static long since(String text, Instant now) throws CommandFailure {
    if (text.isEmpty()) {
      return 0;
    }
    Matcher age = AGE.matcher(text);
    if (age.matches()) {
      long number = Long.parseLong(age.group(1));
      return Math.max(
          1,
          switch (age.group(2)) {
            case "s" -> number;
            case "min" -> number * 60;
            case "h" -> number * 3_600;
            default -> number * 86_400;
          });
    }
    try {
      Instant from = Instant.parse(text);
      if (from.isAfter(now)) {
        throw new CommandFailure(
            ExitCode.USAGE, text + " after " + SINCE + " is still to come; it is " + now);
      }
      return ChronoUnit.SECONDS.between(from, now) + 1;
    } catch (DateTimeParseException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "'"
              + text
              + "' after "
              + SINCE
              + " is neither an age like 30s, 10min, 2h or 1d nor a time like"
              + " 2026-01-31T12:00:00Z");
    }
  }

  /** What was shown already, by source and life of its numbers. */
  private static final class Shown {
    private final PrintStream out;
    private final boolean json;
    private final Map<String, Long> last = new HashMap<>();

    Shown(PrintStream out, boolean json) {
      this.out = out;
      this.json = json;
    }

    void whole(ApiClient.Answer answer) throws CommandFailure {
      try {
        out.print(Json.pretty(answer.body(), null) + "\n");
      } catch (IOException e) {
        throw new CommandFailure(ExitCode.FAILED, "the answer of the engine is no JSON");
      }
    }

    void lines(Fields answer) {
      for (Fields line : answer.objects("lines")) {
        String source = line.text("source");
        // Another card in the slot counts its lines from 0 again.
        String life = source + " " + line.text("epoch");
        long number = line.number("number").map(Number::longValue).orElse(0L);
        if (number <= last.getOrDefault(life, -1L)) {
          continue;
        }
        last.put(life, number);
        String at = line.text("at");
        String text = Words.printable(line.text("text"));
        out.print(
            json
                ? Json.line(Map.of("source", source, "at", at, "text", text)) + "\n"
                : Words.printable(at) + " " + Words.printable(source) + " | " + text + "\n");
      }
    }
  }
}
