package io.cade.engine.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The commands about alarms, beside list and ack. */
final class AlarmTree {
  private static final String API = "/api/v1/";

  /** What is asked of the engine, and how the answer looks. */
  enum Work {
    CLEAR(View.ALARM),
    SET_THRESHOLD(View.THRESHOLD),
    REMOVE_THRESHOLD(View.REMOVED),
    ADD_RULE(View.RULE),
    REMOVE_RULE(View.REMOVED),
    TEST(View.TEST_NOTIFICATION);

    private final View view;

    Work(View view) {
      this.view = view;
    }

    View view() {
      return view;
    }
  }

  /** Options of the history and the API's names for them. */
  private static final Map<String, String> HISTORY =
      new TreeMap<>(
          Map.of(
              CommandTree.LIMIT,
              "limit",
              "--type",
              "type",
              "--source",
              "source",
              "--at-least",
              "atLeast",
              "--from",
              "from",
              "--until",
              "until",
              "--before",
              "before"));

  private static final Map<String, String> SENSORS =
      new TreeMap<>(Map.of("--model", "model", "--at", "at"));

  private static final Map<String, String> RULE =
      new TreeMap<>(
          Map.of(
              "--type", "types",
              "--source", "source",
              "--at-least", "atLeast",
              "--action", "action",
              "--receiver", "receivers",
              "--every", "every",
              "--per-hour", "perHour"));

  private AlarmTree() {}

  static void addTo(CommandTree tree, CommandSpec alarm) {
    history(tree, alarm);
    tree.add(
        alarm,
        "suppressed",
        new Action.Show(API + "alarms/suppressed", View.SUPPRESSED),
        "Conditions that greater alarms stand for.",
        "alarm suppressed");
    tree.add(
            alarm,
            "clear",
            new Action.AlarmWork(Work.CLEAR),
            "Ends an alarm about an event; those about a state end with it.",
            "alarm clear 17")
        .addPositional(
            CommandTree.argument("SEQ", "Number of the alarm, first column of alarm list.")
                .build());
    tree.add(
        alarm,
        "test",
        new Action.AlarmWork(Work.TEST),
        "Sends a test notification to every receiver.",
        "alarm test");
    tree.add(
        alarm,
        "receivers",
        new Action.Show(API + "notifications/receivers", View.RECEIVERS),
        "How far each receiver of notifications has got.",
        "alarm receivers");
    thresholds(tree, alarm);
    rules(tree, alarm);
  }

  private static void history(CommandTree tree, CommandSpec alarm) {
    CommandSpec history =
        tree.add(
            alarm,
            "history",
            new Action.Show(API + "alarms/history", View.HISTORY),
            "Alarms of the past, newest first.",
            "alarm history",
            "alarm history --type cardLost --source 'card 1.*' --before 4711",
            "alarm history --limit 500 --json");
    history.addOption(
        CommandTree.option(
                CommandTree.LIMIT, "N", "How many at most; 100 if not given, 1000 at most.")
            .type(int.class)
            .build());
    history.addOption(CommandTree.option("--type", "TYPE", "Only this type.").build());
    history.addOption(
        CommandTree.option("--source", "SOURCE", "Only this source; * stands for any text.")
            .build());
    history.addOption(
        CommandTree.option("--at-least", "SEVERITY", "Only this severity and graver ones.")
            .build());
    history.addOption(CommandTree.option("--from", "TIME", "Raised at or after.").build());
    history.addOption(CommandTree.option("--until", "TIME", "Raised before.").build());
    history.addOption(
        CommandTree.option("--before", "SEQ", "The page after the one that ended with this.")
            .build());
  }

  private static void thresholds(CommandTree tree, CommandSpec alarm) {
    tree.add(
        alarm,
        "thresholds",
        new Action.Show(API + "thresholds", View.THRESHOLDS),
        "Limits of sensors that hold.",
        "alarm thresholds");
    CommandSpec threshold =
        tree.addGroup(alarm, "threshold", "Limits of sensors.", "alarm threshold set celsius cpu*");
    if (!tree.isNamed("threshold")) {
      return;
    }
    CommandSpec set =
        tree.add(
            threshold,
            "set",
            new Action.AlarmWork(Work.SET_THRESHOLD),
            "Sets limits: lowCritical, lowMajor, lowWarning, highWarning, highMajor, highCritical,"
                + " hysteresis, readings, hold (seconds). An empty limit is taken away.",
            "alarm threshold set celsius cpu* highMajor=80 hysteresis=3",
            "alarm threshold set celsius inlet.temperature highWarning= --at 'chassis 1'");
    sensors(set);
    set.addPositional(
        PositionalParamSpec.builder()
            .index("2..*")
            .arity("1..*")
            .required(true)
            .type(String[].class)
            .paramLabel("KEY=VALUE")
            .description("What is to be changed.")
            .build());
    sensors(
        tree.add(
            threshold,
            "remove",
            new Action.AlarmWork(Work.REMOVE_THRESHOLD),
            "Takes limits away that were set; those of the configuration hold again.",
            "alarm threshold remove celsius cpu*"));
  }

  private static void sensors(CommandSpec spec) {
    spec.addPositional(
        CommandTree.argument("KIND", "celsius, rpm, percent, volts, amperes, watts, truth.")
            .build());
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("1")
            .arity("1")
            .required(true)
            .type(String.class)
            .paramLabel("NAME")
            .description("Name of the sensors; * stands for any text.")
            .build());
    spec.addOption(
        CommandTree.option("--model", "MODEL", "Only on cards of this hardware model.").build());
    spec.addOption(
        CommandTree.option("--at", "PLACE", "Only there: 'card 1.3' or 'chassis 1'.").build());
  }

  private static void rules(CommandTree tree, CommandSpec alarm) {
    CommandSpec rule = tree.addGroup(alarm, "rule", "On this alarm do that.", "alarm rule list");
    if (!tree.isNamed("rule")) {
      return;
    }
    tree.add(
        rule,
        "list",
        new Action.Show(API + "alarm-rules", View.RULES),
        "Rules, and what came of them.",
        "alarm rule list");
    CommandSpec add =
        tree.add(
            rule,
            "add",
            new Action.AlarmWork(Work.ADD_RULE),
            "Adds a rule; it looks at alarms that are raised or grow from now on.",
            "alarm rule add hot --type temperatureHigh --at-least major --action drain-card",
            "alarm rule add page --at-least critical --action notify --receiver pager");
    add.addPositional(CommandTree.argument("NAME", "Name of the rule.").build());
    add.addOption(
        CommandTree.option(
                "--action", "ACTION", "drain-card, restart-service, power-cycle or notify.")
            .required(true)
            .build());
    add.addOption(
        CommandTree.option("--type", "TYPES", "Types of alarms, separated by commas; else all.")
            .build());
    add.addOption(
        CommandTree.option("--source", "SOURCE", "Source; * stands for any text.").build());
    add.addOption(
        CommandTree.option("--at-least", "SEVERITY", "Least severity; warning if not given.")
            .build());
    add.addOption(
        CommandTree.option("--receiver", "NAMES", "Who is notified, separated by commas.").build());
    add.addOption(
        CommandTree.option("--every", "TIME", "Once for a source in this time; 10min.").build());
    add.addOption(CommandTree.option("--per-hour", "N", "Not more often in an hour; 6.").build());
    tree.add(
            rule,
            "remove",
            new Action.AlarmWork(Work.REMOVE_RULE),
            "Removes a rule.",
            "alarm rule remove hot")
        .addPositional(CommandTree.argument("NAME", "Name of the rule.").build());
  }

  /** The query of the history. */
  static String history(ParseResult leaf) {
    List<String> given = options(leaf, HISTORY);
    if (!leaf.hasMatchedOption(CommandTree.LIMIT)) {
      given.add("limit=100");
    }
    return query(given);
  }

  private static List<String> options(ParseResult leaf, Map<String, String> names) {
    List<String> given = new ArrayList<>();
    names.forEach((option, name) -> {
      if (leaf.hasMatchedOption(option)) {
        given.add(name + "=" + Runner.encode(String.valueOf(leaf.matchedOptionValue(option, ""))));
      }
    });
    return given;
  }

  private static String query(List<String> given) {
    return given.isEmpty() ? "" : "?" + String.join("&", given);
  }

  static ApiClient.Answer ask(ApiClient client, Work work, ParseResult leaf) throws CommandFailure {
    return switch (work) {
      case CLEAR -> client.change("POST", API + "alarms/" + Runner.argument(leaf) + "/clear");
      case TEST -> client.change("POST", API + "notifications/test");
      case SET_THRESHOLD -> {
        List<String> given = sensors(leaf);
        for (String pair : leaf.matchedPositionalValue(2, new String[0])) {
          int equals = pair.indexOf('=');
          if (equals < 1) {
            throw new CommandFailure(ExitCode.USAGE, "'" + pair + "': KEY=VALUE is meant");
          }
          given.add(pair.substring(0, equals) + "=" + Runner.encode(pair.substring(equals + 1)));
        }
        yield client.change("POST", API + "thresholds" + query(given));
      }
      case REMOVE_THRESHOLD -> client.change("DELETE", API + "thresholds" + query(sensors(leaf)));
      case ADD_RULE -> {
        List<String> given = options(leaf, RULE);
        given.add("name=" + Runner.argument(leaf));
        yield client.change("POST", API + "alarm-rules" + query(given));
      }
      case REMOVE_RULE -> client.change("DELETE", API + "alarm-rules/" + Runner.argument(leaf));
    };
  }

  private static List<String> sensors(ParseResult leaf) throws CommandFailure {
    List<String> given = options(leaf, SENSORS);
    given.add("kind=" + Runner.argument(leaf));
    given.add("name=" + Runner.encode(leaf.matchedPositionalValue(1, "")));
    return given;
  }
}
