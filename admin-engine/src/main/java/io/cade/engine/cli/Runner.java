package io.cade.engine.cli;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Takes one command from its words to its exit code. Used by one thread. */
final class Runner {
  private final Surroundings surroundings;
  private final ApiClient.Patience patience;

  Runner(Surroundings surroundings, ApiClient.Patience patience) {
    this.surroundings = surroundings;
    this.patience = patience;
  }

  /** Runs a command of the operating system's command line. */
  int run(String... words) {
    return run(new Defaults(surroundings.defaultState(), false), true, words);
  }

  /** Options of the shell that hold for its commands. */
  record Defaults(String state, boolean json) {}

  /**
   * Runs one command.
   *
   * @param shellAllowed whether it may be {@code shell}
   */
  int run(Defaults defaults, boolean shellAllowed, String... words) {
    int code;
    try {
      code = parseAndRun(defaults, shellAllowed, words);
    } catch (CommandFailure e) {
      code = complain(e.code(), e.line());
    } catch (RuntimeException e) {
      code = complain(ExitCode.FAILED, "this is a defect of the command itself: " + e);
    }
    surroundings.out().flush();
    surroundings.err().flush();
    if (code == ExitCode.DONE.code() && surroundings.out().checkError()) {
      return complain(ExitCode.FAILED, "the output could not be written completely");
    }
    return code;
  }

  /** Says the one line and gives its exit code. */
  int complain(ExitCode code, String line) {
    surroundings.err().print("cade: " + Words.printable(line) + "\n");
    surroundings.err().flush();
    return code.code();
  }

  private int parseAndRun(Defaults defaults, boolean shellAllowed, String... words)
      throws CommandFailure {
    CommandLine line = CommandTree.build(words);
    ParseResult leaf;
    try {
      leaf = line.parseArgs(words);
    } catch (ParameterException e) {
      throw new CommandFailure(ExitCode.USAGE, UsageLine.of(e));
    }
    String state = defaults.state();
    boolean json = defaults.json();
    while (true) {
      if (leaf.isUsageHelpRequested()) {
        surroundings.out().print(UsageLine.help(leaf.commandSpec()));
        return ExitCode.DONE.code();
      }
      state = String.valueOf(leaf.matchedOptionValue(CommandTree.STATE, state));
      json |= leaf.hasMatchedOption(CommandTree.JSON);
      if (!leaf.hasSubcommand()) {
        break;
      }
      leaf = leaf.subcommand();
    }
    if (!(leaf.commandSpec().userObject() instanceof Action action)) {
      throw new IllegalStateException("no action behind " + leaf.commandSpec().name());
    }
    Defaults options = new Defaults(state, json);
    switch (action) {
      case Action.Group _ ->
          throw new CommandFailure(ExitCode.USAGE, UsageLine.incomplete(leaf.commandSpec()));
      case Action.Show show -> show(show, leaf, options);
      case Action.CreateService _ -> {
        Path content = path(leaf, CommandTree.CONTENT);
        ServiceOrder order = ServiceOrder.of(leaf);
        ServiceWait wait = ServiceWait.of(leaf);
        ApiClient client = client(options);
        ApiClient.Answer ordered = order.send(client, content);
        refuse(ordered);
        print(wait.served(client, order.name(), ordered, surroundings), View.SERVICE, options);
      }
      case Action.DeleteService _ -> delete(leaf, options);
      case Action.ServiceCertificate _ -> {
        String path = "/api/v1/services/" + argument(leaf) + "/certificate";
        print(CertificateOrder.send(client(options), path, leaf), View.CERTIFICATE, options);
      }
      case Action.VersionWork work ->
          print(
              VersionTree.carryOut(client(options), work.work(), leaf, surroundings),
              View.SERVICE,
              options);
      case Action.ModelWork asked -> {
        ModelTree.Work work = ModelTree.work(asked.work(), leaf);
        print(ModelTree.carryOut(client(options), work, leaf, surroundings), work.view(), options);
      }
      case Action.PlanService _ -> print(PlanTree.plan(client(options), leaf), View.PLAN, options);
      case Action.ResizeService _ ->
          print(PlanTree.resize(client(options), leaf, surroundings), View.SERVICE, options);
      case Action.MoveService _ ->
          print(MoveTree.move(client(options), leaf, surroundings), View.SERVICE, options);
      case Action.SwitchService(boolean on) ->
          print(
              client(options)
                  .change(
                      "POST",
                      "/api/v1/services/"
                          + argument(leaf)
                          + "/settings?"
                          + ServiceOrder.query(List.of("serving=" + (on ? "" : "off")))),
              View.SERVICE,
              options);
      case Action.SetSpares _ ->
          print(
              client(options)
                  .change("POST", "/api/v1/spares?cards=" + leaf.matchedPositionalValue(0, 0)),
              View.SPARES,
              options);
      case Action.SetService _ -> {
        List<String> settings = List.of(leaf.matchedPositionalValue(1, new String[0]));
        print(
            client(options)
                .change(
                    "POST",
                    "/api/v1/services/"
                        + argument(leaf)
                        + "/settings?"
                        + ServiceOrder.query(settings)),
            View.SERVICE,
            options);
      }
      case Action.ShowSettings _ ->
          print(
              client(options).get("/api/v1/services/" + argument(leaf) + "/settings"),
              View.SETTINGS,
              options);
      case Action.DrainCard _ ->
          print(client(options).change("POST", drainPath(leaf)), View.CARD, options);
      case Action.UndrainCard _ ->
          print(
              client(options).change("DELETE", "/api/v1/cards/" + argument(leaf) + "/drain"),
              View.CARD,
              options);
      case Action.AssignCard _ ->
          print(
              client(options)
                  .change(
                      "PUT",
                      "/api/v1/cards/"
                          + argument(leaf)
                          + "/services/"
                          + segment(leaf.matchedPositionalValue(1, ""))),
              View.CARD,
              options);
      case Action.ReleaseCard _ ->
          print(
              client(options)
                  .change(
                      "DELETE",
                      "/api/v1/cards/"
                          + argument(leaf)
                          + "/services?force="
                          + leaf.hasMatchedOption(CommandTree.FORCE)),
              View.CARD,
              options);
      case Action.PowerCard _ ->
          print(
              client(options).change("POST", HardwareTree.power(argument(leaf), leaf)),
              View.CARD,
              options);
      case Action.LocateCard _ ->
          print(
              client(options).change("POST", HardwareTree.locate(argument(leaf), leaf)),
              View.CARD,
              options);
      case Action.CommandWork work ->
          print(
              CommandDesk.carryOut(client(options), work.work(), leaf, surroundings),
              CommandDesk.view(work.work()),
              options);
      case Action.CardLogs _ -> LogTree.logs(client(options), leaf, surroundings, options.json());
      case Action.CardInventory _ ->
          print(LogTree.inventory(client(options), leaf, surroundings), View.INVENTORY, options);
      case Action.AcknowledgeAlarm _ ->
          print(
              client(options).change("POST", "/api/v1/alarms/" + argument(leaf) + "/acknowledge"),
              View.ALARM,
              options);
      case Action.AlarmWork work -> {
        ApiClient client = client(options);
        print(AlarmTree.ask(client, work.work(), leaf), work.work().view(), options);
      }
      case Action.ExportLeases _ -> exportLeases(leaf, options);
      case Action.ImportLeases _ -> {
        Path file = file(leaf);
        if (!Files.isReadable(file)) {
          throw new CommandFailure(ExitCode.FAILED, "cannot read " + file);
        }
        print(
            client(options).upload("/api/v1/leases/import", "text/csv", file),
            View.LEASE_IMPORT,
            options);
      }
      case Action.BuildImage _ ->
          print(new ApiClient.Answer(200, images(options).build(leaf)), View.IMAGE, options);
      case Action.ShowImage _ ->
          print(new ApiClient.Answer(200, images(options).show(file(leaf))), View.IMAGE, options);
      case Action.VerifyImage _ ->
          print(
              new ApiClient.Answer(200, images(options).verify(leaf, file(leaf))),
              View.IMAGE,
              options);
      case Action.ImportImage _ -> {
        // Looked at first: nobody waits for an upload to learn that it is the wrong file.
        images(options).show(file(leaf));
        print(
            client(options)
                .upload(
                    "/api/v1/images" + (leaf.hasMatchedOption(ImageTree.USE) ? "?use=true" : ""),
                    "application/octet-stream",
                    file(leaf)),
            View.IMAGE,
            options);
      }
      case Action.UseImage _ -> {
        String allow = leaf.matchedOptionValue(ImageTree.ALLOW_OLDER, "");
        print(
            client(options)
                .change(
                    "POST",
                    "/api/v1/images/"
                        + argument(leaf)
                        + "/use"
                        + (leaf.hasMatchedOption(ImageTree.ALLOW_OLDER)
                            ? "?allowOlder=" + encode(allow)
                            : "")),
            View.IMAGE,
            options);
      }
      case Action.RemoveImage _ ->
          print(
              client(options).change("DELETE", "/api/v1/images/" + argument(leaf)),
              View.IMAGE,
              options);
      case Action.CreateBackup _ ->
          surroundings.out().print(backups(options).create(client(options), file(leaf)));
      case Action.VerifyBackup _ -> surroundings.out().print(backups(options).verify(file(leaf)));
      case Action.RestoreBackup _ ->
          surroundings.out().print(backups(options).restore(file(leaf), state(options)));
      case Action.WriteMibs _ ->
          surroundings.out().print(MibsDesk.write(file(leaf), options.json()));
      case Action.ShowTraffic _ ->
          print(client(options).get(TrafficRequests.traffic(leaf)), View.TRAFFIC, options);
      case Action.SetLimits _ ->
          print(
              TrafficRequests.protection(client(options), leaf, "limits"),
              View.PROTECTION,
              options);
      case Action.SetAccess _ ->
          print(
              TrafficRequests.protection(client(options), leaf, "access"),
              View.PROTECTION,
              options);
      case Action.UserWork work ->
          print(
              UserTree.carryOut(client(options), engine(options), work.work(), leaf),
              View.USER,
              options);
      case Action.Each each -> {
        EachTree.Order order = EachTree.order(each.of(), leaf);
        Path file = leaf.hasMatchedOption(EachTree.REPORT) ? path(leaf, EachTree.REPORT) : null;
        Defaults all = EachTree.defaults(leaf, options);
        try (EachReport report = new EachReport(surroundings, all.json(), file)) {
          return new EachRun(order, surroundings, patience, all, report).run(client(all));
        }
      }
      case Action.UpdateWork work ->
          print(
              work.work().isOffline()
                  ? new UpdateDesk(surroundings, images(options)).carryOut(work.work(), leaf)
                  : UpdateTree.carryOut(client(options), work.work(), leaf, surroundings),
              work.work().view(),
              options);
      case Action.StartShell _ -> {
        if (!shellAllowed) {
          throw new CommandFailure(ExitCode.USAGE, "this is the shell already; exit ends it");
        }
        return new Shell(surroundings, this, options).run();
      }
    }
    return ExitCode.DONE.code();
  }

  private static String drainPath(ParseResult leaf) throws CommandFailure {
    String deadline = leaf.matchedOptionValue(CommandTree.DEADLINE, "");
    return "/api/v1/cards/"
        + argument(leaf)
        + "/drain?force="
        + leaf.hasMatchedOption(CommandTree.FORCE)
        + (deadline.isEmpty() ? "" : "&deadline=" + encode(deadline));
  }

  private BackupDesk backups(Defaults options) {
    return new BackupDesk(surroundings, options.json());
  }

  private ImageDesk images(Defaults options) throws CommandFailure {
    return new ImageDesk(surroundings, state(options));
  }

  private static Path state(Defaults options) throws CommandFailure {
    try {
      return Path.of(options.state());
    } catch (InvalidPathException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "'" + options.state() + "' after --state is not a path");
    }
  }

  private static Path file(ParseResult leaf) throws CommandFailure {
    String text = leaf.matchedPositionalValue(0, "");
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new CommandFailure(ExitCode.USAGE, "'" + text + "' is no path");
    }
  }

  private void delete(ParseResult leaf, Defaults options) throws CommandFailure {
    ServiceWait wait = ServiceWait.of(leaf);
    ApiClient client = client(options);
    ApiClient.Answer accepted = client.change("DELETE", "/api/v1/services/" + argument(leaf));
    refuse(accepted);
    String name = leaf.matchedPositionalValue(0, "");
    boolean gone = wait.gone(client, name, accepted, surroundings);
    if (gone && !options.json()) {
      surroundings.out().print("service " + Words.printable(name) + " is gone\n");
    } else {
      print(accepted, View.SERVICE, options);
    }
  }

  private void exportLeases(ParseResult leaf, Defaults options) throws CommandFailure {
    String name = leaf.matchedPositionalValue(0, "");
    ApiClient.Answer answer = client(options).get("/api/v1/leases/export");
    refuse(answer);
    if (name.equals("-")) {
      surroundings.out().print(answer.body());
      return;
    }
    Path file = file(leaf);
    try {
      Files.writeString(file, answer.body());
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot write " + file + ": " + e.getMessage());
    }
    long leases = Math.max(0, answer.body().lines().count() - 1);
    surroundings
        .out()
        .print(
            options.json()
                ? "{\"exported\": " + leases + "}\n"
                : leases
                    + (leases == 1 ? " lease is in " : " leases are in ")
                    + Words.printable(file.toString())
                    + "\n");
  }

  private ApiClient client(Defaults options) throws CommandFailure {
    return new ApiClient(engine(options), patience);
  }

  private static Engine engine(Defaults options) throws CommandFailure {
    try {
      return Engine.find(Path.of(options.state()));
    } catch (InvalidPathException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "'" + options.state() + "' after --state is not a path");
    }
  }

  private void show(Action.Show show, ParseResult leaf, Defaults options) throws CommandFailure {
    String path = show.path();
    if (path.endsWith("/")) {
      path += argument(leaf);
      path +=
          switch (show.view()) {
            case VERSIONS, MODEL_VERSIONS -> "/versions";
            case MODEL_RUN -> "/run";
            case COMMANDS -> "/commands";
            default -> "";
          };
    } else if (show.view() == View.HISTORY) {
      path += AlarmTree.history(leaf);
    }
    print(client(options).get(path), show.view(), options);
  }

  /** The command's argument, fit to be one segment of a path (RFC 3986 §3.3). */
  static String argument(ParseResult leaf) throws CommandFailure {
    return segment(leaf.matchedPositionalValue(0, ""));
  }

  private static String segment(String text) throws CommandFailure {
    if (text.isBlank() || text.equals(".") || text.equals("..")) {
      throw new CommandFailure(ExitCode.USAGE, "'" + text + "' is not a name");
    }
    return encode(text);
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static Path path(ParseResult leaf, String option) throws CommandFailure {
    String text = leaf.matchedOptionValue(option, "");
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new CommandFailure(ExitCode.USAGE, "'" + text + "' after " + option + " is no path");
    }
  }

  private void print(ApiClient.Answer answer, View view, Defaults options) throws CommandFailure {
    refuse(answer);
    @Nullable String list = view.list().isEmpty() ? null : view.list();
    try {
      if (options.json()) {
        surroundings.out().print(Json.pretty(answer.body(), list) + "\n");
      } else {
        view.print(
            Json.object(answer.body()),
            surroundings.out(),
            surroundings.colour(),
            surroundings.clock().instant());
      }
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "the answer is not what an engine of this version says; do command and engine have the"
              + " same version?");
    }
  }

  /** Turns a refusal (RFC 9457) into its exit code. */
  static void refuse(ApiClient.Answer answer) throws CommandFailure {
    int status = answer.status();
    if (status >= 200 && status < 300) {
      return;
    }
    ExitCode code =
        switch (status) {
          // What the engine finds in the words is as wrong as what is found here.
          case 400, 413, 414, 431 -> ExitCode.USAGE;
          case 401, 403 -> ExitCode.REFUSED;
          case 409 -> ExitCode.CONFLICT;
          default -> ExitCode.FAILED;
        };
    throw new CommandFailure(code, detail(answer));
  }

  /** What the engine says about a refusal. */
  static String detail(ApiClient.Answer answer) {
    String detail = "";
    try {
      detail = Json.object(answer.body()).text("detail");
    } catch (IOException e) {
      // Not a problem document: the status has to do.
    }
    if (answer.status() == 401) {
      return "the engine does not know this user or password; is endpoints.json of this engine?"
          + (detail.isEmpty() ? "" : " (" + detail + ")");
    }
    return detail.isEmpty() ? "the engine answered with HTTP status " + answer.status() : detail;
  }
}
