package io.cade.engine.cli;

import io.cade.agent.wire.CardPosition;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.TypeConversionException;

/** All commands, their options and their help. */
final class CommandTree {
  static final String STATE = "--state";
  static final String JSON = "--json";
  static final String HELP = "--help";
  static final String HOST = "--host";
  static final String CARDS = "--cards";
  static final String CONTENT = "--content";
  static final String KIND = "--kind";
  static final String LIMIT = "--limit";

  private static final String API = "/api/v1/";

  private CommandTree() {}

  static CommandLine build() {
    CommandSpec root =
        spec(new Action.Group(), "The operator's commands of a Cade cabinet.", "show cards");
    root.name("./cade");
    root.usageMessage()
        .footer(
            "",
            "Examples:",
            "  ./cade show cards",
            "  ./cade alarm list --json",
            "  ./cade --state /var/lib/cade service show shop",
            "",
            "Exit codes: 0 done, 1 failed, 2 usage, 3 cannot reach the engine, 4 refused,"
                + " 5 conflict");
    root.addSubcommand("show", show());
    root.addSubcommand("card", card());
    root.addSubcommand("service", service());
    root.addSubcommand("alarm", alarm());
    root.addSubcommand(
        "update", spec(new Action.Update(), "Updates of cards; not in this version.", "update"));
    root.addSubcommand(
        "shell",
        spec(
            new Action.StartShell(),
            "Reads commands line by line, without ./cade before them; exit ends it. From a file or"
                + " pipe it goes on after a failure and ends with the first failure's exit code.",
            "shell",
            "shell --state /var/lib/cade < commands.txt"));
    CommandLine line = new CommandLine(root);
    line.setExpandAtFiles(false);
    line.setInterpolateVariables(false);
    return line;
  }

  private static CommandSpec show() {
    CommandSpec show =
        spec(
            new Action.Group(), "Shows a part of the cabinet.", "show cards", "show alarms --json");
    add(show, "cards", View.CARDS, "Every slot, its card and what runs there.");
    add(show, "services", View.SERVICES, "Services and how far each one is.");
    add(show, "sensors", View.SENSORS, "Temperatures, fans, supplies.");
    add(show, "alarms", View.ALARMS, "Active alarms, worst first.");
    add(show, "proxies", View.PROXIES, "Proxies, balancer and their back ends.");
    add(show, "cabinet", View.CABINET, "The cabinet at a glance.");
    add(show, "swaps", View.SWAPS, "Cards that were exchanged, newest first.");
    return show;
  }

  private static void add(CommandSpec show, String name, View view, String what) {
    show.addSubcommand(
        name,
        spec(
            new Action.Show(API + name, view),
            what,
            "show " + name,
            "show " + name + " --json --state /var/lib/cade"));
  }

  private static CommandSpec card() {
    CommandSpec card = spec(new Action.Group(), "Cards.", "card list", "card show 1.3");
    card.addSubcommand(
        "list",
        spec(
            new Action.Show(API + "cards", View.CARDS),
            "Every slot, its card and what runs there.",
            "card list",
            "card list --json"));
    CommandSpec one =
        spec(
            new Action.Show(API + "cards/", View.CARD),
            "Everything about the card in one slot.",
            "card show 1.3",
            "card show 0.4 --json");
    one.addPositional(
        argument("POSITION", "Chassis and slot, like 1.3.")
            .converters(converter(CardPosition::parse))
            .build());
    card.addSubcommand("show", one);
    return card;
  }

  private static CommandSpec service() {
    CommandSpec service =
        spec(new Action.Group(), "Services.", "service list", "service show shop");
    service.addSubcommand(
        "list",
        spec(
            new Action.Show(API + "services", View.SERVICES),
            "Services and how far each one is.",
            "service list",
            "service list --json"));
    CommandSpec one =
        spec(
            new Action.Show(API + "services/", View.SERVICE),
            "Everything about one service.",
            "service show shop",
            "service show shop --json");
    one.addPositional(name());
    service.addSubcommand("show", one);
    service.addSubcommand("create", create());
    CommandSpec delete =
        spec(
            new Action.DeleteService(),
            "Takes a service away: its routes first, then its cards.",
            "service delete shop");
    delete.addPositional(name());
    service.addSubcommand("delete", delete);
    return service;
  }

  private static CommandSpec create() {
    CommandSpec create =
        spec(
            new Action.CreateService(),
            "Orders a service with the files of a directory as its content.",
            "service create shop --host www.shop.example --cards 2 --content ./site",
            "service create shop --host shop.example --host www.shop.example --cards 2"
                + " --content ./site");
    create.addPositional(name());
    create.addOption(
        OptionSpec.builder(HOST)
            .paramLabel("HOST")
            .arity("1")
            .type(String[].class)
            .required(true)
            .description("Host name that visitors use; may be given several times.")
            .build());
    create.addOption(
        OptionSpec.builder(CARDS)
            .paramLabel("N")
            .arity("1")
            .type(int.class)
            .required(true)
            .description("How many cards carry it.")
            .build());
    create.addOption(
        OptionSpec.builder(CONTENT)
            .paramLabel("DIR")
            .arity("1")
            .type(String.class)
            .required(true)
            .description("Directory with its files; links in it are refused.")
            .build());
    create.addOption(
        OptionSpec.builder(KIND)
            .paramLabel("KIND")
            .arity("1")
            .type(String.class)
            .description("Kind of service; static-site if not given.")
            .build());
    return create;
  }

  private static CommandSpec alarm() {
    CommandSpec alarm = spec(new Action.Group(), "Alarms.", "alarm list", "alarm ack 17");
    alarm.addSubcommand(
        "list",
        spec(
            new Action.Show(API + "alarms", View.ALARMS),
            "Active alarms, worst first.",
            "alarm list",
            "alarm list --json"));
    CommandSpec history =
        spec(
            new Action.Show(API + "alarms/history", View.HISTORY),
            "Alarms of the past, newest first.",
            "alarm history",
            "alarm history --limit 500 --json");
    history.addOption(
        OptionSpec.builder(LIMIT)
            .paramLabel("N")
            .arity("1")
            .type(int.class)
            .description("How many at most; 100 if not given, 1000 at most.")
            .build());
    alarm.addSubcommand("history", history);
    CommandSpec acknowledge =
        spec(
            new Action.AcknowledgeAlarm(),
            "Puts your name on an active alarm: somebody is at it.",
            "alarm ack 17");
    acknowledge.addPositional(
        argument("SEQ", "Number of the alarm, first column of alarm list.")
            .converters(converter(CommandTree::sequence))
            .build());
    alarm.addSubcommand("ack", acknowledge);
    return alarm;
  }

  private static Object sequence(String text) {
    try {
      long sequence = Long.parseLong(text);
      if (sequence > 0) {
        return sequence;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not the number of an alarm; alarm list shows them");
  }

  private static PositionalParamSpec name() {
    return argument("NAME", "Name of the service.").build();
  }

  private static PositionalParamSpec.Builder argument(String label, String what) {
    return PositionalParamSpec.builder()
        .index("0")
        .arity("1")
        .type(String.class)
        .paramLabel(label)
        .description(what);
  }

  private interface Check {
    Object of(String text);
  }

  /** Keeps the text, checked. */
  private static ITypeConverter<String> converter(Check check) {
    return text -> {
      try {
        return check.of(text).toString();
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }

  private static CommandSpec spec(Action action, String what, String... examples) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(action);
    spec.addOption(
        OptionSpec.builder(JSON)
            .type(boolean.class)
            .description("Print JSON instead of tables; lists are arrays of objects.")
            .build());
    spec.addOption(
        OptionSpec.builder(STATE)
            .paramLabel("DIR")
            .arity("1")
            .type(String.class)
            .description("State directory of the engine; else CADE_STATE, else ./state.")
            .build());
    spec.addOption(
        OptionSpec.builder("-h", HELP)
            .type(boolean.class)
            .usageHelp(true)
            .description("Print this help.")
            .build());
    String[] footer = new String[examples.length + 2];
    footer[0] = "";
    footer[1] = "Examples:";
    for (int i = 0; i < examples.length; i++) {
      footer[i + 2] = "  ./cade " + examples[i];
    }
    spec.usageMessage()
        .synopsisHeading("usage: ")
        .description("", what, "")
        .commandListHeading("%nCommands:%n")
        .width(100)
        .footer(footer);
    return spec;
  }
}
