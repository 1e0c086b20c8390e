package io.cade.engine.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The commands about updates (SPEC U1, U2): what the operations centre does, and the module. */
final class UpdateTree {
  /** What is done. */
  enum Work {
    KEYS(true, View.TOLD),
    BUILD(true, View.BUNDLE),
    SHOW(true, View.BUNDLE),
    VERIFY(true, View.BUNDLE),
    PUBLISH(true, View.TOLD),
    WITHDRAW(true, View.TOLD),
    RENEW(true, View.TOLD),
    TRUST(false, View.TOLD),
    CHECK(false, View.OFFERS),
    FETCH(false, View.BUNDLE),
    IMPORT(false, View.BUNDLE),
    LIST(false, View.BUNDLES),
    REMOVE(false, View.BUNDLE),
    START(false, View.UPDATE),
    STATUS(false, View.UPDATES),
    CANCEL(false, View.UPDATE);

    private final boolean offline;
    private final View view;

    Work(boolean offline, View view) {
      this.offline = offline;
      this.view = view;
    }

    /** Whether it needs no engine. */
    boolean isOffline() {
      return offline;
    }

    View view() {
      return view;
    }
  }

  static final String KEYS = "--keys";
  static final String REPOSITORY = "--repository";
  static final String ROOT_KEYS = "--root-keys";
  static final String THRESHOLD = "--threshold";
  static final String OLD_KEYS = "--old-keys";
  static final String IMAGE = "--image";
  static final String ENGINE = "--engine";
  static final String HEALTHY_WITHIN = "--healthy-within";
  static final String FROM = "--from";
  static final String ROLE = "--role";
  static final String OUT = "--out";
  static final String SEVERITY = "--severity";
  static final String PROFILE = "--profile";
  static final String SCOPE = "--scope";
  static final String WINDOW = "--window";
  static final String NOT_BEFORE = "--not-before";
  static final String NOT_AFTER = "--not-after";
  static final String TEXT = "--text";
  static final String CANARY = "--canary";
  static final String PARALLEL = "--parallel";
  static final String GATE = "--gate";
  static final String DRAIN = "--drain";
  static final String WAIT = "--wait";

  private UpdateTree() {}

  static void addTo(CommandTree tree, CommandSpec root) {
    CommandSpec update =
        tree.addGroup(
            root,
            "update",
            "Updates: of cards to other boot images, of services, and of the engine itself.",
            "update start blade:1.4",
            "update status");
    if (tree.isNamed("update")) {
      addCentre(tree, update);
      addModule(tree, update);
    }
  }

  private static void addCentre(CommandTree tree, CommandSpec update) {
    CommandSpec keys =
        tree.add(
            update,
            "keys",
            new Action.UpdateWork(Work.KEYS),
            "Makes the keys of a repository's roles and begins it; with --old-keys gives it other"
                + " keys. Needs no engine.",
            "update keys keys --repository web",
            "update keys keys-2027 --repository web --old-keys keys");
    keys.addPositional(CommandTree.argument("DIR", "Where the private keys go.").build());
    keys.addOption(required(REPOSITORY, "DIR", "Folder of the repository."));
    keys.addOption(number(ROOT_KEYS, "N", "Keys of the root, each for another person; 2."));
    keys.addOption(number(THRESHOLD, "N", "How many of them must sign; 2, or 1 of one."));
    keys.addOption(text(OLD_KEYS, "DIR", "Keys so far: the next root is signed by them too."));
    CommandSpec build =
        tree.add(
            update,
            "build",
            new Action.UpdateWork(Work.BUILD),
            "Builds a signed bundle of a boot image, of what is new for a service, or of a release of"
                + " the engine; needs no engine. The same input gives the same bytes.",
            "update build --image blade.img --from 1.2..1.3 --out blade-1.4.cade",
            "update build --image blade.img --from any --out b.cade --key signer.pem",
            "update build --service bakery --version 2.0 --content site --from 1 --out bakery-2.0.cade",
            "update build --service shop --version 1.3 --config service.properties=new.properties"
                + " --migrate carry.sh --migrate-within 2min --from 1.2 --out shop-1.3.cade",
            "update build --engine /opt/cade-0.2 --from 0.1.* --out engine-0.2.cade");
    build.addOption(
        text(IMAGE, "FILE", "Signed boot image, of image build; this, --service or --engine."));
    ServiceBundle.addTo(build);
    build.addOption(
        text(ENGINE, "TREE", "Built tree of another version of Cade: where its ./cade lies."));
    build.addOption(
        required(FROM, "RULES", "Versions it may follow on: 1.3, 1.4.*, 1.2..1.9, any; commas."));
    build.addOption(text(ROLE, "ROLE", "Cards it is for: server or any; server if not given."));
    build.addOption(
        text(
            ImageTree.KEY,
            "FILE",
            "Signer's key and certificates (PEM); else the state directory's."));
    build.addOption(required(OUT, "FILE", "The bundle's file; replaced as a whole."));
    tree.add(
            update,
            "show",
            new Action.UpdateWork(Work.SHOW),
            "What a bundle's file says of itself; proves nothing.",
            "update show blade-1.4.cade")
        .addPositional(file());
    CommandSpec verify =
        tree.add(
            update,
            "verify",
            new Action.UpdateWork(Work.VERIFY),
            "Checks a bundle's signer, signature, every part and the image within.",
            "update verify blade-1.4.cade",
            "update verify blade-1.4.cade --ca authority.pem");
    verify.addPositional(file());
    verify.addOption(
        text(
            ImageTree.CA,
            "FILE",
            "Authority's certificate (PEM); else the one of the state directory."));
    CommandSpec publish =
        tree.add(
            update,
            "publish",
            new Action.UpdateWork(Work.PUBLISH),
            "Puts a bundle into a repository and signs the repository anew; any web server can"
                + " serve the folder.",
            "update publish blade-1.4.cade --repository web --keys keys --severity security",
            "update publish b.cade --repository web --keys keys --scope 'hall-3-*' --window"
                + " 02:00-04:00");
    publish.addPositional(file());
    addRepository(publish);
    publish.addOption(
        text(SEVERITY, "WORD", "optional, recommended, security or critical; recommended."));
    publish.addOption(text(PROFILE, "NAME", "Kind of modules that it is for; any."));
    publish.addOption(text(SCOPE, "NAMES", "Modules that it is for, * for any characters; *."));
    publish.addOption(text(WINDOW, "HH:MM-HH:MM", "Time of the day (UTC) to begin cards in."));
    publish.addOption(text(NOT_BEFORE, "INSTANT", "Not to be begun before."));
    publish.addOption(text(NOT_AFTER, "INSTANT", "Not to be begun after."));
    publish.addOption(text(TEXT, "TEXT", "For people."));
    CommandSpec withdraw =
        tree.add(
            update,
            "withdraw",
            new Action.UpdateWork(Work.WITHDRAW),
            "Takes a bundle out of a repository again.",
            "update withdraw blade-1.4.cade --repository web --keys keys");
    withdraw.addPositional(CommandTree.argument("NAME", "File name that it has there.").build());
    addRepository(withdraw);
    addRepository(
        tree.add(
            update,
            "renew",
            new Action.UpdateWork(Work.RENEW),
            "Signs a repository's timestamp and snapshot anew: daily, or modules stop believing.",
            "update renew --repository web --keys keys"));
  }

  private static void addRepository(CommandSpec command) {
    command.addOption(required(REPOSITORY, "DIR", "Folder of the repository."));
    command.addOption(required(KEYS, "DIR", "Keys of the roles."));
  }

  private static void addModule(CommandTree tree, CommandSpec update) {
    CommandSpec trust =
        tree.add(
            update,
            "trust",
            new Action.UpdateWork(Work.TRUST),
            "Trusts a repository from now on, by its root: once, by hand. Administrators only.",
            "update trust web/1.root.json --profile edge");
    trust.addPositional(CommandTree.argument("FILE", "The repository's root metadata.").build());
    trust.addOption(text(PROFILE, "NAME", "Kind of module that this is; standard."));
    tree.add(
            update,
            "check",
            new Action.UpdateWork(Work.CHECK),
            "Looks at a repository and shows what it offers this module.",
            "update check https://updates.example/cade")
        .addPositional(url());
    CommandSpec fetch =
        tree.add(
            update,
            "fetch",
            new Action.UpdateWork(Work.FETCH),
            "Fetches a bundle of a repository once; goes on where an earlier try ended.",
            "update fetch https://updates.example/cade blade:1.4");
    fetch.addPositional(url());
    fetch.addPositional(
        picocli.CommandLine.Model.PositionalParamSpec.builder()
            .index("1")
            .arity("1")
            .required(true)
            .paramLabel("BUNDLE")
            .type(String.class)
            .description("NAME:VERSION or the file's name, of update check.")
            .build());
    tree.add(
            update,
            "import",
            new Action.UpdateWork(Work.IMPORT),
            "Gives a bundle's file to the engine, which checks and keeps it.",
            "update import blade-1.4.cade")
        .addPositional(file());
    tree.add(
        update,
        "list",
        new Action.UpdateWork(Work.LIST),
        "Bundles that the engine keeps.",
        "update list",
        "update list --json");
    tree.add(
            update,
            "remove",
            new Action.UpdateWork(Work.REMOVE),
            "Removes a bundle that is not on its way to cards.",
            "update remove blade:1.3")
        .addPositional(bundle());
    CommandSpec start =
        tree.add(
            update,
            "start",
            new Action.UpdateWork(Work.START),
            "Brings a bundle's image to the cards in waves: each is emptied of visitors, gets the"
                + " image into its other slot, restarts on trial, and is watched. What a bundle has"
                + " for a service goes to its cards one by one, as service publish does. If a card"
                + " fails, all go back and an alarm says why. A release of the engine itself runs on"
                + " trial under ./cade guard, which takes it back when it is not well.",
            "update start blade:1.4",
            "update start engine:0.2 --healthy-within 2min --gate 30s --wait 300",
            "update start blade:1.4 --canary 2 --parallel 8 --window 02:00-04:00 --gate 2min");
    start.addPositional(bundle());
    start.addOption(number(CANARY, "N", "Cards that go first, and alone; 1."));
    start.addOption(number(PARALLEL, "N", "Cards at once after them, of different services; 4."));
    start.addOption(
        text(WINDOW, "HH:MM-HH:MM", "Time of the day (UTC) to begin cards in; the bundle's."));
    start.addOption(text(GATE, "TIME", "How long each card has to prove itself; 30s."));
    start.addOption(
        text(
            HEALTHY_WITHIN,
            "TIME",
            "How long a release of the engine may take until all is well; 2min."));
    start.addOption(text(DRAIN, "TIME", "How long visitors may stay on a card; 10s."));
    start.addOption(
        number(
            WAIT,
            "SECONDS",
            "Follow it until it has ended, at most so long; if not given, it is not waited for."));
    start.addOption(CommandTree.noWait());
    tree.add(
        update,
        "status",
        new Action.UpdateWork(Work.STATUS),
        "How far updates have come, card by card.",
        "update status",
        "update status --json");
    tree.add(
            update,
            "cancel",
            new Action.UpdateWork(Work.CANCEL),
            "Stops an update on its way: the cards that have it go back.",
            "update cancel blade:1.4")
        .addPositional(bundle());
  }

  /** Asks the engine. */
  static ApiClient.Answer carryOut(
      ApiClient client, Work work, ParseResult leaf, Surroundings surroundings)
      throws CommandFailure {
    String bundles = "/api/v1/bundles";
    String updates = "/api/v1/updates";
    return switch (work) {
      case LIST -> client.get(bundles);
      case STATUS -> client.get(updates);
      case CHECK -> client.changeSlowly("POST", bundles + "/check?url=" + Runner.argument(leaf));
      case FETCH ->
          client.changeSlowly(
              "POST",
              bundles
                  + "/fetch?url="
                  + Runner.argument(leaf)
                  + "&bundle="
                  + Runner.encode(leaf.matchedPositionalValue(1, "")));
      case IMPORT -> client.upload(bundles, "application/octet-stream", readable(leaf));
      case TRUST -> {
        String profile = leaf.matchedOptionValue(PROFILE, "");
        ApiClient.Answer trusted =
            client.upload(
                bundles
                    + "/trust"
                    + (profile.isEmpty() ? "" : "?profile=" + Runner.encode(profile)),
                "application/octet-stream",
                readable(leaf));
        Runner.refuse(trusted);
        yield told(trusted);
      }
      case REMOVE -> client.change("DELETE", bundles + "/" + Runner.argument(leaf));
      case CANCEL -> client.change("DELETE", updates + "/" + Runner.argument(leaf));
      case START -> {
        StringBuilder query = new StringBuilder("?bundle=").append(Runner.argument(leaf));
        for (String option : new String[] {CANARY, PARALLEL, WINDOW, GATE, DRAIN, HEALTHY_WITHIN}) {
          if (leaf.hasMatchedOption(option)) {
            Object value = leaf.matchedOptionValue(option, (Object) "");
            query
                .append('&')
                .append(option.equals(HEALTHY_WITHIN) ? "healthyWithin" : option.substring(2))
                .append('=')
                .append(Runner.encode(String.valueOf(value)));
          }
        }
        boolean waits = leaf.hasMatchedOption(WAIT) && !leaf.hasMatchedOption(CommandTree.NO_WAIT);
        int seconds = leaf.matchedOptionValue(WAIT, 1);
        if (seconds < 1 || seconds > UpdateWait.LONGEST) {
          throw new CommandFailure(
              ExitCode.USAGE, WAIT + " is " + seconds + ", outside 1 to " + UpdateWait.LONGEST);
        }
        ApiClient.Answer ordered = client.change("POST", updates + query);
        Runner.refuse(ordered);
        yield waits ? UpdateWait.ended(client, ordered, seconds, surroundings) : ordered;
      }
      case KEYS, BUILD, SHOW, VERIFY, PUBLISH, WITHDRAW, RENEW ->
          throw new IllegalStateException("needs no engine");
    };
  }

  private static ApiClient.Answer told(ApiClient.Answer trusted) throws CommandFailure {
    try {
      Fields answer = Json.object(trusted.body());
      return UpdateDesk.told(
          "root "
              + answer.text("root")
              + " is trusted; this module's profile is "
              + answer.text("profile"));
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "the answer is not what an engine of this version says");
    }
  }

  private static Path readable(ParseResult leaf) throws CommandFailure {
    Path file = UpdateDesk.path(leaf.matchedPositionalValue(0, ""));
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new CommandFailure(ExitCode.FAILED, "cannot read " + file);
    }
    return file;
  }

  private static picocli.CommandLine.Model.PositionalParamSpec file() {
    return CommandTree.argument("FILE", "The bundle's file.").build();
  }

  private static picocli.CommandLine.Model.PositionalParamSpec bundle() {
    return CommandTree.argument("BUNDLE", "NAME:VERSION, or the beginning of its digest.").build();
  }

  private static picocli.CommandLine.Model.PositionalParamSpec url() {
    return CommandTree.argument("URL", "Of the repository, http or https.").build();
  }

  private static OptionSpec text(String name, String label, String what) {
    return CommandTree.option(name, label, what).build();
  }

  private static OptionSpec required(String name, String label, String what) {
    return CommandTree.option(name, label, what).required(true).build();
  }

  private static OptionSpec number(String name, String label, String what) {
    return CommandTree.option(name, label, what).type(int.class).build();
  }
}
