package io.cade.engine.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The commands about users: people of the module, and tenants of its services (SPEC A5). */
final class UserTree {
  static final String ROLE = "--role";
  static final String SERVICE = "--service";
  static final String KIT = "--kit";

  private static final String USERS = "/api/v1/users";

  private UserTree() {}

  /** What is done to a user. */
  enum Work {
    ADD,
    PASSWORD,
    REMOVE
  }

  static void addTo(CommandTree tree, CommandSpec root) {
    CommandSpec user =
        tree.addGroup(
            root, "user", "Who may use the engine.", "user list", "user add ann --role viewer");
    if (!tree.isNamed("user")) {
      return;
    }
    tree.add(
        user,
        "list",
        new Action.Show(USERS, View.USERS),
        "Users, their roles, and what tenants rent. Administrators only, as all of user.",
        "user list",
        "user list --json");
    CommandSpec add =
        tree.add(
            user,
            "add",
            new Action.UserWork(Work.ADD),
            "Adds a user, or gives one another role. The engine makes the password, which is said"
                + " once.",
            "user add vera --role viewer",
            "user add ann --role tenant --service shop --kit ann-kit");
    add.addPositional(name());
    add.addOption(
        CommandTree.option(
                ROLE,
                "ROLE",
                "tenant (publishes versions of the services that he or she rents), viewer (looks),"
                    + " operator (changes), administrator (users, backups, older images).")
            .required(true)
            .build());
    add.addOption(
        CommandTree.option(
                SERVICE, "NAME", "A service that a tenant rents; may be given several" + " times.")
            .type(String[].class)
            .build());
    add.addOption(
        CommandTree.option(
                KIT,
                "DIR",
                "Write password and addresses there, instead of saying the password: a directory"
                    + " for the user's own --state.")
            .build());
    CommandSpec password =
        tree.add(
            user,
            "password",
            new Action.UserWork(Work.PASSWORD),
            "Gives a user another password; the one before is of no use any more.",
            "user password ann");
    password.addPositional(name());
    password.addOption(CommandTree.option(KIT, "DIR", "As with user add.").build());
    tree.add(
            user,
            "remove",
            new Action.UserWork(Work.REMOVE),
            "Takes a user away. The last administrator stays.",
            "user remove ann")
        .addPositional(name());
  }

  private static PositionalParamSpec name() {
    return CommandTree.argument("USER", "Name of the user.").build();
  }

  static ApiClient.Answer carryOut(ApiClient client, Engine engine, Work work, ParseResult leaf)
      throws CommandFailure {
    String path = USERS + "/" + Runner.argument(leaf);
    return switch (work) {
      case REMOVE -> client.change("DELETE", path);
      case ADD ->
          packed(
              leaf,
              engine,
              () ->
                  client.change(
                      "PUT",
                      path
                          + query(
                              leaf.matchedOptionValue(ROLE, ""),
                              List.of(leaf.matchedOptionValue(SERVICE, new String[0])))));
      case PASSWORD -> {
        Fields known = known(client, leaf.matchedPositionalValue(0, ""));
        yield packed(
            leaf,
            engine,
            () -> client.change("PUT", path + query(known.text("role"), known.texts("services"))));
      }
    };
  }

  private static String query(String role, List<String> services) {
    StringBuilder query = new StringBuilder("?role=").append(Runner.encode(role));
    for (String service : services) {
      query.append("&service=").append(Runner.encode(service));
    }
    return query.toString();
  }

  private static Fields known(ApiClient client, String name) throws CommandFailure {
    ApiClient.Answer all = client.get(USERS);
    Runner.refuse(all);
    try {
      return Json.object(all.body()).objects("users").stream()
          .filter(user -> user.text("name").equals(name))
          .findFirst()
          .orElseThrow(() -> new CommandFailure(ExitCode.FAILED, "there is no user " + name));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "the engine's answer cannot be understood");
    }
  }

  private interface Request {
    ApiClient.Answer send() throws CommandFailure;
  }

  /** Asks the engine, and puts the password where it was wished for, which is made first. */
  private static ApiClient.Answer packed(ParseResult leaf, Engine engine, Request request)
      throws CommandFailure {
    if (!leaf.hasMatchedOption(KIT)) {
      return request.send();
    }
    Path kit = Runner.path(leaf, KIT);
    try {
      Files.createDirectory(
          kit, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailure(ExitCode.FAILED, kit + " is there already; nothing was changed");
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "cannot make " + kit + ": " + e.getMessage() + "; nothing was changed");
    }
    boolean made = false;
    try {
      ApiClient.Answer answer = request.send();
      made = answer.status() == 200;
      return made ? filled(kit, engine, answer) : answer;
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "the user is there, but "
              + kit
              + " could not be written ("
              + e.getMessage()
              + "): user password with another --kit makes a new one");
    } finally {
      if (!made) {
        var _ = kit.toFile().delete();
      }
    }
  }

  private static ApiClient.Answer filled(Path kit, Engine engine, ApiClient.Answer answer)
      throws IOException {
    Fields user = Json.object(answer.body());
    write(kit.resolve("password"), user.text("password") + "\n");
    write(kit.resolve("authority-certificate.pem"), engine.authority());
    Map<String, String> endpoints = new LinkedHashMap<>();
    endpoints.put("admin", engine.address());
    endpoints.put("user", user.text("name"));
    endpoints.put("passwordFile", "password");
    endpoints.put("caFile", "authority-certificate.pem");
    write(kit.resolve("endpoints.json"), Json.line(endpoints) + "\n");
    Map<String, String> said = new LinkedHashMap<>();
    said.put("name", user.text("name"));
    said.put("role", user.text("role"));
    said.put("kit", kit.toString());
    return new ApiClient.Answer(200, Json.line(said));
  }

  private static void write(Path file, String text) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      var bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
  }
}
