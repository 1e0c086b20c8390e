package io.cade.engine.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** One command for many cards or services (SPEC A7). */
final class EachTree {
  static final String WHERE = "--where";
  static final String UNTIL = "--until";
  static final String PARALLEL = "--parallel";
  static final String CANARY = "--canary";
  static final String STOP_AT = "--stop-at";
  static final String REPORT = "--report";
  static final String DRY_RUN = "--dry-run";
  static final String YES = "--yes";

  /** Seconds that one card is waited for unless told otherwise: it may boot meanwhile. */
  static final int WAIT = 300;

  private static final int MOST_PARALLEL = 64;
  private static final Pattern PERCENT = Pattern.compile("(\\d{1,3})%?");

  /** Commands that are no change, or that name more than one thing. */
  private static final Set<String> NOT_FOR_MANY = Set.of("list", "create");

  private EachTree() {}

  /** What there is many of. */
  enum Of {
    CARD("card", "cards", "position", "/api/v1/cards"),
    SERVICE("service", "services", "name", "/api/v1/services");

    private final String word;
    private final String list;
    private final String key;
    private final String path;

    Of(String word, String list, String key, String path) {
      this.word = word;
      this.list = list;
      this.key = key;
      this.path = path;
    }

    String word() {
      return word;
    }

    /** Their name in the plural: of people, and of the member of the answer. */
    String list() {
      return list;
    }

    String key() {
      return key;
    }

    String path() {
      return path;
    }
  }

  static void addTo(CommandTree tree, CommandSpec root) {
    CommandSpec each =
        tree.addGroup(
            root,
            "each",
            "One command for many cards or services.",
            "each card --where 'chassis=3 and state=running' drain --deadline 30s",
            "each service --where 'kind=static-site' set balancing=hash");
    if (tree.isNamed("each")) {
      add(
          tree,
          each,
          Of.CARD,
          "each card --where 'chassis=3 and state=running' drain --deadline 30s",
          "each card --where 'software.imageVersion<1.4 and services=\"\"' --until"
              + " state=available power cycle",
          "each card --where 'slot in (1, 14)' --dry-run locate on");
      add(
          tree,
          each,
          Of.SERVICE,
          "each service --where 'kind=static-site and cardsRunning>=2' set balancing=hash",
          "each service --where 'name~shop*' --canary 1 return 3 --why 'bad release'");
    }
  }

  private static void add(CommandTree tree, CommandSpec each, Of of, String... examples) {
    CommandSpec spec =
        tree.add(
            each,
            of.word(),
            new Action.Each(of),
            "Carries out ./cade "
                + of.word()
                + " COMMAND for every "
                + of.word()
                + " that meets a condition: without its "
                + (of == Of.CARD ? "POSITION" : "NAME")
                + ", which is put in. First the canary, then several at once. Nothing more begins"
                + " when too many have failed. What is begun is carried through.",
            examples);
    spec.parser().stopAtPositional(true);
    spec.addOption(
        CommandTree.option(
                WHERE,
                "CONDITION",
                "Fields are those of "
                    + of.word()
                    + " list --json"
                    + (of == Of.CARD ? ", chassis and slot" : "")
                    + ", with dots into objects. = != < <= > >=, ~ with * for any text, in (A, B);"
                    + " and, or, not, ( ).")
            .required(true)
            .build());
    spec.addOption(
        CommandTree.option(
                UNTIL,
                "CONDITION",
                "Each has succeeded only when it also meets this; --wait says within which time.")
            .build());
    spec.addOption(number(PARALLEL, "How many at once; 4 if not given."));
    spec.addOption(number(CANARY, "So many must succeed before the rest begins; 1 if not given."));
    spec.addOption(
        CommandTree.option(
                STOP_AT, "PERCENT", "Stop when more than this share has failed; 0% if not given.")
            .build());
    spec.addOption(
        CommandTree.option(
                CommandTree.WAIT, "SECONDS", "How long to wait for --until; 300 if not given.")
            .type(int.class)
            .build());
    spec.addOption(
        CommandTree.option(
                REPORT, "FILE", "Also write a line of JSON for each one as soon as it is known.")
            .build());
    spec.addOption(flag(DRY_RUN, "Only tell which ones they are."));
    spec.addOption(flag(YES, "Do not ask, also at a terminal."));
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("1..*")
            .required(true)
            .type(String[].class)
            .paramLabel("COMMAND")
            .description("Words after ./cade " + of.word() + ", without the argument.")
            .build());
  }

  private static OptionSpec number(String name, String what) {
    return CommandTree.option(name, "N", what).type(int.class).build();
  }

  private static OptionSpec flag(String name, String what) {
    return OptionSpec.builder(name).type(boolean.class).description(what).build();
  }

  /**
   * What was asked for.
   *
   * @param until null when the command's own success is enough
   * @param command words after {@code card} or {@code service}
   */
  record Order(
      Of of,
      Selection where,
      Optional<Selection> until,
      int parallel,
      int canary,
      int stopPercent,
      int waitSeconds,
      boolean dryRun,
      boolean yes,
      List<String> command) {

    /** The words of the command for one of them. */
    String[] wordsFor(String item) {
      List<String> words = new ArrayList<>(List.of(of.word(), command.getFirst(), item));
      words.addAll(command.subList(1, command.size()));
      return words.toArray(String[]::new);
    }
  }

  /**
   * What holds for all of them. Said after the command it is meant for the whole, too: otherwise
   * the ones would be looked for in one engine and changed in another.
   */
  static Runner.Defaults defaults(ParseResult leaf, Runner.Defaults otherwise)
      throws CommandFailure {
    String state = otherwise.state();
    boolean json = otherwise.json();
    List<String> words = Arrays.asList(leaf.matchedPositionalValue(0, new String[0]));
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals(CommandTree.STATE)) {
        if (i + 1 == words.size()) {
          throw new CommandFailure(ExitCode.USAGE, "a directory is missing after --state");
        }
        state = words.get(++i);
      } else if (word.startsWith(CommandTree.STATE + "=")) {
        state = word.substring(CommandTree.STATE.length() + 1);
      }
      json |= word.equals(CommandTree.JSON);
    }
    return new Runner.Defaults(state, json);
  }

  static Order order(Of of, ParseResult leaf) throws CommandFailure {
    List<String> command = Arrays.asList(leaf.matchedPositionalValue(0, new String[0]));
    if (NOT_FOR_MANY.contains(command.getFirst())) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "'" + of.word() + " " + command.getFirst() + "' is not about one of many");
    }
    return new Order(
        of,
        condition(WHERE, leaf.matchedOptionValue(WHERE, "")),
        leaf.hasMatchedOption(UNTIL)
            ? Optional.of(condition(UNTIL, leaf.matchedOptionValue(UNTIL, "")))
            : Optional.empty(),
        within(PARALLEL, leaf.matchedOptionValue(PARALLEL, 4), 1, MOST_PARALLEL),
        within(CANARY, leaf.matchedOptionValue(CANARY, 1), 0, 1_000),
        percent(leaf.matchedOptionValue(STOP_AT, "0%")),
        within(CommandTree.WAIT, leaf.matchedOptionValue(CommandTree.WAIT, WAIT), 1, 3_600),
        leaf.hasMatchedOption(DRY_RUN),
        leaf.hasMatchedOption(YES),
        List.copyOf(command));
  }

  private static Selection condition(String option, String text) throws CommandFailure {
    try {
      return Selection.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, option + ": " + e.getMessage());
    }
  }

  private static int within(String option, int value, int least, int most) throws CommandFailure {
    if (value < least || value > most) {
      throw new CommandFailure(
          ExitCode.USAGE, option + " is " + value + ", outside " + least + " to " + most);
    }
    return value;
  }

  private static int percent(String text) throws CommandFailure {
    Matcher matcher = PERCENT.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group(1)) > 100) {
      throw new CommandFailure(
          ExitCode.USAGE, STOP_AT + " is '" + text + "', not a share from 0% to 100%");
    }
    return Integer.parseInt(matcher.group(1));
  }
}
