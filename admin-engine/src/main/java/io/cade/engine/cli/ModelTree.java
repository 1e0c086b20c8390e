package io.cade.engine.cli;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The commands about models of devices (SPEC R1, R5, R7). */
final class ModelTree {
  private static final String API = "/api/v1/";
  private static final String FILE = "--file";
  private static final String BASE = "--base";
  private static final String WHY = "--why";
  private static final String CARD = "--card";
  private static final String SERVICE = "--service";
  private static final String VERSION = "--version";
  private static final String CONFIRM = "--confirm";
  private static final String KEEP = "--keep";

  /** Longest file, bytes; the engine takes no more. */
  private static final long MAX_FILE = 1 << 20;

  /** What is asked of the engine, and how the answer looks. */
  enum Work {
    DIFF(View.MODEL_DIFF),
    EXPORT(View.MODEL_TEXT),
    EDIT(View.MODEL_VERSION),
    SET(View.MODEL_VERSION),
    ASSIGN(View.DEVICES),
    DELETE(View.MODEL_REMOVED),
    PLAN(View.MODEL_PLAN),
    APPLY(View.MODEL_RUN),
    RETURN(View.MODEL_RUN),
    CONFIRM(View.MODEL_RUN),
    CONFIRM_CARD(View.DEVICE),
    CANCEL(View.MODEL_RUN),
    DRIFT(View.DRIFT),
    ADOPT(View.DEVICE),
    RESTORE(View.DEVICE),
    TRY(View.DEVICE);

    private final View view;

    Work(View view) {
      this.view = view;
    }

    View view() {
      return view;
    }
  }

  private ModelTree() {}

  static void addTo(CommandTree tree, CommandSpec root) {
    CommandSpec model =
        tree.addGroup(
            root,
            "model",
            "What the cards of a type are to be.",
            "model list",
            "model plan server");
    if (!tree.isNamed("model")) {
      return;
    }
    looks(tree, model);
    writes(tree, model);
    brings(tree, model);
    devices(tree, model);
  }

  private static void looks(CommandTree tree, CommandSpec model) {
    tree.add(
        model,
        "list",
        new Action.Show(API + "models", View.MODELS),
        "Types, their versions, and how many cards are as they are to be.",
        "model list");
    show(tree, model, "show", View.MODEL, "A type's newest version: its parameters and items.");
    show(tree, model, "versions", View.MODEL_VERSIONS, "Who wrote each version, when and why.");
    show(tree, model, "status", View.MODEL_RUN, "How far the last version on its way has come.");
    CommandSpec diff =
        tree.add(
            model,
            "diff",
            new Action.ModelWork(Work.DIFF),
            "What is other between two versions; secrets are masked.",
            "model diff server 3 4");
    diff.addPositional(type());
    diff.addPositional(number("1", "FROM"));
    diff.addPositional(number("2", "TO"));
    CommandSpec export =
        tree.add(
            model,
            "export",
            new Action.ModelWork(Work.EXPORT),
            "Prints a version as the file that model edit reads, with secrets masked.",
            "model export server > server.yaml",
            "model export server --version 3");
    export.addPositional(type());
    export.addOption(version());
    CommandSpec plan =
        tree.add(
            model,
            "plan",
            new Action.ModelWork(Work.PLAN),
            "What would become of each card; changes nothing.",
            "model plan server",
            "model plan server --version 2 --card 1.3");
    plan.addPositional(type());
    plan.addOption(version());
    scope(plan);
    CommandSpec drift =
        tree.add(
            model,
            "drift",
            new Action.ModelWork(Work.DRIFT),
            "Where devices are other than their model says.",
            "model drift",
            "model drift server --json");
    drift.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .required(false)
            .type(String.class)
            .paramLabel("TYPE")
            .description("Only cards of this type.")
            .build());
    tree.add(
        model,
        "devices",
        new Action.Show(API + "devices", View.DEVICES),
        "Each card: its type, the version it has, and the one it is to have.",
        "model devices");
  }

  private static void show(
      CommandTree tree, CommandSpec model, String name, View view, String what) {
    tree.add(
            model,
            name,
            new Action.Show(API + "models/", view),
            what,
            "model " + name + " server",
            "model " + name + " server --json")
        .addPositional(type());
  }

  private static void writes(CommandTree tree, CommandSpec model) {
    CommandSpec edit =
        tree.add(
            model,
            "edit",
            new Action.ModelWork(Work.EDIT),
            "Checks a file and keeps it as the type's next version. No card has it yet: model plan"
                + " tells what it would change, model apply brings it.",
            "model edit server --file server.yaml --why \"new greeting\"");
    edit.addPositional(type());
    file(edit);
    edit.addOption(
        CommandTree.option(
                BASE,
                "VERSION",
                "The version that the file was made of, as the first line of an exported file says"
                    + " it. If somebody has written another one meanwhile, the edit is refused.")
            .type(int.class)
            .build());
    edit.addOption(why());
    CommandSpec set =
        tree.add(
            model,
            "set",
            new Action.ModelWork(Work.SET),
            "Sets parameters, as one more version: NAME=VALUE, NAME=@FILE for what no command line"
                + " should show, or NAME= for the default.",
            "model set server motd=hello",
            "model set server motd=hello --card 1.3 --why \"the one at the door\"",
            "model set server password=@secret.txt --service shop");
    set.addPositional(type());
    set.addPositional(
        PositionalParamSpec.builder()
            .index("1..*")
            .arity("1..*")
            .required(true)
            .type(String[].class)
            .paramLabel("NAME=VALUE")
            .description("Values; all are set or none.")
            .build());
    set.addOption(CommandTree.option(CARD, "CARD", "Only for this card.").build());
    set.addOption(CommandTree.option(SERVICE, "NAME", "Only for the cards of a service.").build());
    set.addOption(why());
    CommandSpec assign =
        tree.add(
            model,
            "assign",
            new Action.ModelWork(Work.ASSIGN),
            "Gives cards another type; that of their role takes it away again.",
            "model assign web 1.3 1.4");
    assign.addPositional(type());
    assign.addPositional(
        PositionalParamSpec.builder()
            .index("1..*")
            .arity("1..*")
            .required(true)
            .type(String[].class)
            .paramLabel("CARD")
            .description("Positions, like 1.3.")
            .build());
    tree.add(
            model,
            "delete",
            new Action.ModelWork(Work.DELETE),
            "Takes a type away that no card has, with all its versions.",
            "model delete web")
        .addPositional(type());
  }

  private static void brings(CommandTree tree, CommandSpec model) {
    CommandSpec apply =
        tree.add(
            model,
            "apply",
            new Action.ModelWork(Work.APPLY),
            "Brings a version to the cards of its type and waits for it: a canary first, then"
                + " several at a time, never all cards of a service. When too many fail, those that"
                + " have it go back.",
            "model apply server",
            "model apply server --parallel 20 --stop-at 5% --why \"new greeting\"",
            "model apply server --confirm 2min");
    apply.addPositional(type());
    apply.addOption(version());
    scope(apply);
    way(apply);
    CommandSpec back =
        tree.add(
            model,
            "return",
            new Action.ModelWork(Work.RETURN),
            "Brings an earlier version to the cards, as apply does.",
            "model return server 2 --why \"the new one was wrong\"");
    back.addPositional(type());
    back.addPositional(number("1", "VERSION"));
    way(back);
    CommandSpec confirm =
        tree.add(
            model,
            "confirm",
            new Action.ModelWork(Work.CONFIRM),
            "Says that a change applied or tried with --confirm is to stay.",
            "model confirm server",
            "model confirm 1.3");
    confirm.addPositional(CommandTree.argument("TYPE|CARD", "A type, or a card.").build());
    tree.add(
            model,
            "cancel",
            new Action.ModelWork(Work.CANCEL),
            "Stops a version on its way: the cards that have it go back.",
            "model cancel server")
        .addPositional(type());
  }

  private static void way(CommandSpec command) {
    command.addOption(
        CommandTree.option("--parallel", "N", "Cards at once, 1 to 50; 10 if not given.").build());
    command.addOption(
        CommandTree.option("--canary", "N", "Cards that come first, 0 to 50; 1.").build());
    command.addOption(
        CommandTree.option("--stop-at", "PERCENT", "Share that may fail; 10%.").build());
    confirm(command);
    command.addOption(
        OptionSpec.builder(KEEP)
            .type(boolean.class)
            .description("When it stops, cards that have the version keep it.")
            .build());
    command.addOption(why());
    command.addOption(CommandTree.noWait());
    command.addOption(CommandTree.waiting(ModelWait.RUN));
  }

  private static void confirm(CommandSpec command) {
    command.addOption(
        CommandTree.option(
                CONFIRM,
                "TIME",
                "What could cut a card off is taken back unless you confirm it in this time. If"
                    + " not given, it is confirmed when the card is reached again.")
            .build());
  }

  private static void devices(CommandTree tree, CommandSpec model) {
    CommandSpec restore =
        tree.add(
            model,
            "restore",
            new Action.ModelWork(Work.RESTORE),
            "Puts a card right: what was changed or tried on it is gone.",
            "model restore 1.3");
    restore.addPositional(card());
    waits(restore);
    CommandSpec adopt =
        tree.add(
            model,
            "adopt",
            new Action.ModelWork(Work.ADOPT),
            "Takes what differs on a card into the model as a new version, and brings it to all"
                + " cards of the type.",
            "model adopt 1.3 --why \"the longer greeting is better\"",
            "model adopt 1.3 file:/etc/motd --why \"only the greeting\"");
    adopt.addPositional(card());
    adopt.addPositional(
        PositionalParamSpec.builder()
            .index("1..*")
            .arity("0..*")
            .required(false)
            .type(String[].class)
            .paramLabel("KEY")
            .description("Items, like file:/etc/motd; all that differ if none is given.")
            .build());
    adopt.addOption(CommandTree.option(WHY, "TEXT", "For the history.").required(true).build());
    waits(adopt);
    CommandSpec attempt =
        tree.add(
            model,
            "try",
            new Action.ModelWork(Work.TRY),
            "Changes one card alone, by a file with items; model adopt or model restore ends it.",
            "model try 1.3 --file items.yaml",
            "model try 1.3 --file items.yaml --confirm 2min");
    attempt.addPositional(card());
    file(attempt);
    confirm(attempt);
    attempt.addOption(why());
    waits(attempt);
  }

  private static void waits(CommandSpec command) {
    command.addOption(CommandTree.noWait());
    command.addOption(CommandTree.waiting(ModelWait.DEVICE));
  }

  private static void scope(CommandSpec command) {
    command.addOption(
        CommandTree.option(CARD, "CARD", "Only this card; may be given several times.")
            .type(String[].class)
            .build());
    command.addOption(CommandTree.option(SERVICE, "NAME", "Only the cards of a service.").build());
  }

  private static void file(CommandSpec command) {
    command.addOption(
        CommandTree.option(FILE, "FILE", "YAML; see docs/models.md.").required(true).build());
  }

  private static OptionSpec why() {
    return CommandTree.option(WHY, "TEXT", "For the history.").build();
  }

  private static OptionSpec version() {
    return CommandTree.option(VERSION, "N", "Its number; the newest if not given.").build();
  }

  private static PositionalParamSpec type() {
    return CommandTree.argument("TYPE", "Type of cards; model list shows them.").build();
  }

  private static PositionalParamSpec card() {
    return CommandTree.argument("CARD", "Chassis and slot, like 1.3.")
        .converters(CommandTree.converter(CardPosition::parse))
        .build();
  }

  private static PositionalParamSpec number(String index, String label) {
    return PositionalParamSpec.builder()
        .index(index)
        .arity("1")
        .required(true)
        .type(int.class)
        .paramLabel(label)
        .description("Number of a version.")
        .build();
  }

  /** Which of the two a confirmation is about. */
  static Work work(Work work, ParseResult leaf) {
    return work == Work.CONFIRM && isCard(leaf) ? Work.CONFIRM_CARD : work;
  }

  private static boolean isCard(ParseResult leaf) {
    try {
      return CardPosition.parse(leaf.matchedPositionalValue(0, "")).slot() > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Asks the engine, and follows what it does. */
  static ApiClient.Answer carryOut(
      ApiClient client, Work work, ParseResult leaf, Surroundings surroundings)
      throws CommandFailure {
    if (work == Work.DRIFT) {
      String type = leaf.matchedPositionalValue(0, "");
      return client.get(API + "drift" + (type.isEmpty() ? "" : "?type=" + Runner.encode(type)));
    }
    String model = API + "models/" + Runner.argument(leaf);
    String device = API + "devices/" + Runner.argument(leaf);
    String name = leaf.matchedPositionalValue(0, "");
    ModelWait wait = new ModelWait(client, surroundings, leaf);
    return switch (work) {
      case DIFF ->
          client.get(
              model
                  + "/diff?from="
                  + leaf.matchedPositionalValue(1, 0)
                  + "&to="
                  + leaf.matchedPositionalValue(2, 0));
      case EXPORT -> client.get(model + "/text" + query(leaf));
      case PLAN -> client.get(model + "/plan" + query(leaf));
      case EDIT -> {
        ApiClient.Answer answer = upload(client, model + "/versions", leaf);
        if (answer.status() == HttpURLConnection.HTTP_CONFLICT) {
          throw new CommandFailure(
              ExitCode.CONFLICT,
              Runner.detail(answer) + ". Your text is as it was, in " + Runner.path(leaf, FILE));
        }
        yield answer;
      }
      case SET -> client.post(model + "/values", values(leaf));
      case ASSIGN -> {
        List<String> cards = new ArrayList<>();
        for (String card : leaf.matchedPositionalValue(1, new String[0])) {
          cards.add("card=" + Runner.encode(card));
        }
        yield client.change("POST", model + "/cards?" + String.join("&", cards));
      }
      case DELETE -> client.change("DELETE", model);
      case APPLY -> wait.run(name, client.change("POST", model + "/run" + query(leaf)));
      case RETURN ->
          wait.run(
              name,
              client.change(
                  "POST",
                  model + "/run?" + join("version=" + leaf.matchedPositionalValue(1, 0), leaf)));
      case CONFIRM -> client.change("POST", model + "/run/confirm");
      case CANCEL -> client.change("DELETE", model + "/run");
      case CONFIRM_CARD -> client.change("POST", device + "/confirm");
      case RESTORE -> wait.restored(name, client.change("POST", device + "/restore"));
      case ADOPT -> {
        List<String> given = new ArrayList<>();
        given.add("why=" + Runner.encode(leaf.matchedOptionValue(WHY, "")));
        for (String key : leaf.matchedPositionalValue(1, new String[0])) {
          given.add("key=" + Runner.encode(key));
        }
        yield wait.adopted(
            name, client.change("POST", device + "/adopt?" + String.join("&", given)));
      }
      case TRY -> wait.tried(name, upload(client, device + "/trial", leaf));
      case DRIFT -> throw new IllegalStateException("asked above");
    };
  }

  private static ApiClient.Answer upload(ApiClient client, String path, ParseResult leaf)
      throws CommandFailure {
    Path file = Runner.path(leaf, FILE);
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new CommandFailure(ExitCode.USAGE, file + " is larger than 1 MiB");
      }
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot read " + file);
    }
    Path name = file.getFileName();
    return client.upload(
        path + "?" + join("name=" + Runner.encode(name == null ? "" : name.toString()), leaf),
        "application/yaml",
        file);
  }

  private static String join(String first, ParseResult leaf) {
    String query = query(leaf);
    return query.isEmpty() ? first : first + "&" + query.substring(1);
  }

  private static String query(ParseResult leaf) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put(VERSION, "version");
    options.put(SERVICE, "service");
    options.put("--parallel", "parallel");
    options.put("--canary", "canary");
    options.put("--stop-at", "stopAt");
    options.put(CONFIRM, "confirm");
    options.put(BASE, "base");
    options.put(WHY, "why");
    List<String> given = new ArrayList<>();
    options.forEach((option, name) -> {
      if (leaf.hasMatchedOption(option)) {
        String value = String.valueOf(leaf.matchedOptionValue(option, ""));
        if (option.equals("--stop-at") && value.endsWith("%")) {
          value = value.substring(0, value.length() - 1);
        }
        given.add(name + "=" + Runner.encode(value));
      }
    });
    if (leaf.hasMatchedOption(CARD)) {
      for (String card : leaf.matchedOptionValue(CARD, new String[0])) {
        given.add("card=" + Runner.encode(card));
      }
    }
    if (leaf.hasMatchedOption(KEEP)) {
      given.add("keep=true");
    }
    return given.isEmpty() ? "" : "?" + String.join("&", given);
  }

  private static String values(ParseResult leaf) throws CommandFailure {
    Map<String, String> values = new LinkedHashMap<>();
    for (String pair : leaf.matchedPositionalValue(1, new String[0])) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new CommandFailure(ExitCode.USAGE, "'" + pair + "': NAME=VALUE is meant");
      }
      String value = pair.substring(equals + 1);
      values.put(pair.substring(0, equals), value.startsWith("@") ? read(value) : value);
    }
    Map<String, Object> order = new LinkedHashMap<>();
    order.put("values", values);
    order.put("card", leaf.matchedOptionValue(CARD, ""));
    order.put("service", leaf.matchedOptionValue(SERVICE, ""));
    order.put("why", leaf.matchedOptionValue(WHY, ""));
    return Json.text(order);
  }

  private static String read(String named) throws CommandFailure {
    try {
      Path file = Path.of(named.substring(1));
      if (Files.size(file) > MAX_FILE) {
        throw new CommandFailure(ExitCode.USAGE, file + " is larger than 1 MiB");
      }
      String text = Files.readString(file);
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    } catch (IOException | InvalidPathException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot read " + named.substring(1));
    }
  }
}
