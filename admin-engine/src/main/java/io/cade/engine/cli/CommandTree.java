package io.cade.engine.cli;

import io.cade.agent.wire.CardPosition;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * All commands, their options and their help. What the words do not name stays bare (name and one
 * line for lists): a complete tree costs a cold JVM 100 ms more. Used by one thread.
 */
final class CommandTree {
  static final String STATE = "--state";
  static final String JSON = "--json";
  static final String HELP = "--help";
  static final String HOST = "--host";
  static final String CARDS = "--cards";
  static final String CONTENT = "--content";
  static final String KIND = "--kind";
  static final String LIMIT = "--limit";
  static final String WAIT = "--wait";
  static final String NO_WAIT = "--no-wait";
  static final String SET = "--set";
  static final String DEADLINE = "--deadline";
  static final String FORCE = "--force";

  private static final String API = "/api/v1/";

  private final Set<String> words;

  private CommandTree(Set<String> words) {
    this.words = words;
  }

  /**
   * Commands for these words of the operator.
   *
   * @param words all of them, so that none can name a command that was left bare
   */
  static CommandLine build(String... words) {
    return new CommandTree(new HashSet<>(Arrays.asList(words))).root();
  }

  private CommandLine root() {
    CommandSpec root = CommandSpec.wrapWithoutInspection(new Action.Group());
    root.name("./cade");
    complete(root);
    root.usageMessage()
        .description("The operator's commands of a Cade cabinet.")
        .footer(
            "",
            "Examples:",
            "  ./cade show cards",
            "  ./cade alarm list --json",
            "  ./cade --state /var/lib/cade service show shop",
            "",
            "Exit codes: 0 done, 1 failed, 2 usage, 3 cannot reach the engine, 4 not allowed,"
                + " 5 conflict");
    addShow(root);
    addCard(root);
    addService(root);
    MoveTree.addSpares(this, root);
    addAlarm(root);
    addLease(root);
    ModelTree.addTo(this, root);
    ImageTree.addTo(this, root);
    BackupDesk.addTo(this, root);
    EachTree.addTo(this, root);
    UserTree.addTo(this, root);
    MibsDesk.addTo(this, root);
    UpdateTree.addTo(this, root);
    add(
        root,
        "shell",
        new Action.StartShell(),
        "Reads commands line by line, without ./cade before them; exit ends it. From a file or"
            + " pipe it goes on after a failure and ends with the first failure's exit code.",
        "shell",
        "shell --state /var/lib/cade < commands.txt");
    CommandLine line = new CommandLine(root);
    line.setExpandAtFiles(false);
    line.setInterpolateVariables(false);
    return line;
  }

  private void addShow(CommandSpec root) {
    CommandSpec show =
        addGroup(root, "show", "Shows a part of the cabinet.", "show cards", "show alarms --json");
    if (isNamed("show")) {
      addShow(show, "cards", View.CARDS, "Every slot, its card and what runs there.");
      addShow(show, "services", View.SERVICES, "Services and how far each one is.");
      addShow(show, "sensors", View.SENSORS, "Temperatures, fans, supplies.");
      addShow(show, "alarms", View.ALARMS, "Active alarms, worst first.");
      addShow(show, "proxies", View.PROXIES, "Proxies, balancer and their back ends.");
      addShow(show, "cabinet", View.CABINET, "The cabinet at a glance.");
      addShow(
          show,
          "boot",
          View.BOOT,
          "What became of requests to DHCP, TFTP and HTTP boot since the engine started.");
      addShow(show, "swaps", View.SWAPS, "Cards that were exchanged, newest first.");
      HardwareTree.addToShow(this, show);
      TrafficTree.addToShow(this, show);
    }
  }

  private void addShow(CommandSpec show, String name, View view, String what) {
    add(
        show,
        name,
        new Action.Show(API + name, view),
        what,
        "show " + name,
        "show " + name + " --json --state /var/lib/cade");
  }

  private void addCard(CommandSpec root) {
    CommandSpec card = addGroup(root, "card", "Cards.", "card list", "card show 1.3");
    if (isNamed("card")) {
      add(
          card,
          "list",
          new Action.Show(API + "cards", View.CARDS),
          "Every slot, its card and what runs there.",
          "card list",
          "card list --json");
      add(
              card,
              "show",
              new Action.Show(API + "cards/", View.CARD),
              "Everything about the card in one slot.",
              "card show 1.3",
              "card show 0.4 --json")
          .addPositional(position());
      CommandSpec drain =
          add(
              card,
              "drain",
              new Action.DrainCard(),
              "Empties a card of visitors: it finishes what runs and gets nothing new. Visitors"
                  + " bound to it by a cookie stay until the deadline.",
              "card drain 1.3",
              "card drain 1.3 --deadline 30s");
      drain.addPositional(position());
      drain.addOption(option(DEADLINE, "TIME", "Like 30s, 5min or 2h; 5min if not given.").build());
      drain.addOption(
          OptionSpec.builder(FORCE)
              .type(boolean.class)
              .description("Also when a service would have no card left for new visitors.")
              .build());
      add(
              card,
              "undrain",
              new Action.UndrainCard(),
              "Lets a drained card have visitors again.",
              "card undrain 1.3")
          .addPositional(position());
      CommandSpec assign =
          add(
              card,
              "assign",
              new Action.AssignCard(),
              "Gives a free card to a service, beside those that it has.",
              "card assign 1.5 shop");
      assign.addPositional(position());
      assign.addPositional(
          PositionalParamSpec.builder()
              .index("1")
              .arity("1")
              .required(true)
              .paramLabel("SERVICE")
              .type(String.class)
              .description("Name of the service.")
              .build());
      CommandSpec release =
          add(
              card,
              "release",
              new Action.ReleaseCard(),
              "Takes a card away from its service, which goes on with one card less. Drain it"
                  + " first.",
              "card release 1.5");
      release.addPositional(position());
      release.addOption(
          OptionSpec.builder(FORCE)
              .type(boolean.class)
              .description("Also when it has visitors: they are cut off.")
              .build());
      HardwareTree.addToCard(this, card, position());
      CommandDesk.addToCard(this, card, position());
      LogTree.addToCard(this, card, position());
    }
  }

  private static PositionalParamSpec position() {
    return argument("POSITION", "Chassis and slot, like 1.3.")
        .converters(converter(CardPosition::parse))
        .build();
  }

  private void addService(CommandSpec root) {
    CommandSpec service =
        addGroup(root, "service", "Services.", "service list", "service show shop");
    if (isNamed("service")) {
      add(
          service,
          "list",
          new Action.Show(API + "services", View.SERVICES),
          "Services and how far each one is.",
          "service list",
          "service list --json");
      add(
              service,
              "show",
              new Action.Show(API + "services/", View.SERVICE),
              "Everything about one service.",
              "service show shop",
              "service show shop --json")
          .addPositional(name());
      addCreate(service);
      CertificateOrder.addTo(this, service);
      PlanTree.addToService(this, service);
      MoveTree.addToService(this, service);
      VersionTree.addToService(this, service);
      TrafficTree.addToService(this, service);
      add(
              service,
              "set",
              new Action.SetService(),
              "Changes how the proxies treat a service: KEY=VALUE, or KEY= for the default."
                  + " service settings shows the keys.",
              "service set shop balancing=least-connections slow-start=30s",
              "service set shop weight@1.3=5 balancing=weighted")
          .addPositional(name())
          .addPositional(
              PositionalParamSpec.builder()
                  .index("1..*")
                  .arity("1..*")
                  .required(true)
                  .type(String[].class)
                  .paramLabel("KEY=VALUE")
                  .description("Settings; all are changed or none.")
                  .build());
      add(
              service,
              "settings",
              new Action.ShowSettings(),
              "How the proxies treat a service, with everything that is at its default.",
              "service settings shop",
              "service settings shop --json")
          .addPositional(name());
      add(
              service,
              "delete",
              new Action.DeleteService(),
              "Takes a service away: its routes first, then its cards. Waits until it is gone.",
              "service delete shop",
              "service delete shop --no-wait")
          .addPositional(name())
          .addOption(noWait())
          .addOption(waiting(ServiceWait.USUAL));
    }
  }

  private void addCreate(CommandSpec service) {
    CommandSpec create =
        add(
            service,
            "create",
            new Action.CreateService(),
            "Orders a service with the files of a directory as its content, and waits until"
                + " visitors are served.",
            "service create shop --host www.shop.example --cards 2 --content ./site",
            "service create shop --host shop.example --host www.shop.example --cards 2"
                + " --content ./site");
    create.addPositional(name());
    create.addOption(
        option(HOST, "HOST", "Host name that visitors use; may be given several times.")
            .type(String[].class)
            .required(true)
            .build());
    create.addOption(
        option(CARDS, "N", "How many cards carry it.").type(int.class).required(true).build());
    create.addOption(
        option(CONTENT, "DIR", "Directory with its files; links in it are refused.")
            .required(true)
            .build());
    create.addOption(
        option(SET, "KEY=VALUE", "How the proxies treat it; may be given several times.")
            .type(String[].class)
            .build());
    create.addOption(option(KIND, "KIND", "Kind of service; static-site if not given.").build());
    create.addOption(noWait());
    create.addOption(waiting(ServiceWait.USUAL));
  }

  private void addAlarm(CommandSpec root) {
    CommandSpec alarm = addGroup(root, "alarm", "Alarms.", "alarm list", "alarm ack 17");
    if (isNamed("alarm")) {
      add(
          alarm,
          "list",
          new Action.Show(API + "alarms", View.ALARMS),
          "Active alarms, worst first.",
          "alarm list",
          "alarm list --json");
      AlarmTree.addTo(this, alarm);
      add(
              alarm,
              "ack",
              new Action.AcknowledgeAlarm(),
              "Puts your name on an active alarm: somebody is at it.",
              "alarm ack 17")
          .addPositional(
              argument("SEQ", "Number of the alarm, first column of alarm list.")
                  .converters(converter(CommandTree::sequence))
                  .build());
    }
  }

  private void addLease(CommandSpec root) {
    CommandSpec lease =
        addGroup(root, "lease", "Leases of addresses.", "lease list", "lease export leases.csv");
    if (isNamed("lease")) {
      add(
          lease,
          "list",
          new Action.Show(API + "leases", View.LEASES),
          "Who has which address until when.",
          "lease list",
          "lease list --json");
      add(
              lease,
              "export",
              new Action.ExportLeases(),
              "Writes all leases into a file in the form of Kea's memfile.",
              "lease export leases.csv")
          .addPositional(argument("FILE", "File to be written; - for the output.").build());
      add(
              lease,
              "import",
              new Action.ImportLeases(),
              "Takes over the leases of a file in the form of Kea's memfile, all or none.",
              "lease import /var/lib/kea/kea-leases4.csv")
          .addPositional(argument("FILE", "File to be read.").build());
    }
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

  static OptionSpec noWait() {
    return OptionSpec.builder(NO_WAIT)
        .type(boolean.class)
        .description("Return as soon as the engine has accepted it.")
        .build();
  }

  static OptionSpec waiting(int otherwise) {
    return option(
            WAIT,
            "SECONDS",
            "How long to wait at most; " + otherwise + " if not given. It goes on anyway.")
        .type(int.class)
        .build();
  }

  static PositionalParamSpec name() {
    return argument("NAME", "Name of the service.").build();
  }

  static PositionalParamSpec.Builder argument(String label, String what) {
    return PositionalParamSpec.builder()
        .index("0")
        .arity("1")
        .required(true)
        .type(String.class)
        .paramLabel(label)
        .description(what);
  }

  static OptionSpec.Builder option(String name, String label, String what) {
    return OptionSpec.builder(name)
        .paramLabel(label)
        .arity("1")
        .type(String.class)
        .description(what);
  }

  interface Check {
    Object of(String text);
  }

  /** Keeps the text, checked. */
  static ITypeConverter<String> converter(Check check) {
    return text -> {
      try {
        return check.of(text).toString();
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }

  boolean isNamed(String command) {
    return words.contains(command);
  }

  CommandSpec addGroup(CommandSpec to, String name, String what, String... examples) {
    return add(to, name, new Action.Group(), what, examples);
  }

  CommandSpec add(CommandSpec to, String name, Action action, String what, String... examples) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(action);
    spec.usageMessage().description(what);
    if (isNamed(name)) {
      complete(spec, examples);
    }
    to.addSubcommand(name, spec);
    return spec;
  }

  private static void complete(CommandSpec spec, String... examples) {
    spec.addOption(
        OptionSpec.builder(JSON)
            .type(boolean.class)
            .description("Print JSON instead of tables; lists are arrays of objects.")
            .build());
    spec.addOption(
        option(STATE, "DIR", "State directory of the engine; else CADE_STATE, else ./state.")
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
        .descriptionHeading("%n")
        .parameterListHeading("%n")
        .optionListHeading("%n")
        .commandListHeading("%nCommands:%n")
        .width(100)
        .footer(footer);
  }
}
