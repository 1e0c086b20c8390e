package io.cade.engine.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Carries one command out for many: each as if it had been typed, on a thread of its own.
 * Everything but those commands belongs to the thread that calls {@link #run}.
 */
final class EachRun {
  /** Seconds after which what held before the command and still does is what it led to. */
  private static final int CEASES = 90;

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Characters that are kept of what one command tells. */
  private static final int MOST_SAID = 256 << 10;

  /**
   * What became of one.
   *
   * @param code exit code of its command
   * @param said what a command tells that is for telling; else empty
   */
  record Outcome(String item, int code, String detail, String said) {
    Outcome(String item, int code, String detail) {
      this(item, code, detail, "");
    }

    boolean isDone() {
      return code == ExitCode.DONE.code();
    }
  }

  private final EachTree.Order order;
  private final Surroundings surroundings;
  private final ApiClient.Patience patience;
  private final Runner.Defaults defaults;
  private final EachReport report;

  private final BlockingQueue<Outcome> ended = new LinkedBlockingQueue<>();
  private final List<Outcome> outcomes = new ArrayList<>();

  /** Whose command has succeeded, and how many looks are left for the condition. */
  private final Map<String, Integer> awaited = new HashMap<>();

  /**
   * Where the condition to wait for held before the command and has held since. That it still does
   * tells nothing for a while: a card whose power is to be cycled runs on for some seconds.
   */
  private final Set<String> heldBefore = new HashSet<>();

  private int failed;
  private boolean tells;

  EachRun(
      EachTree.Order order,
      Surroundings surroundings,
      ApiClient.Patience patience,
      Runner.Defaults defaults,
      EachReport report) {
    this.order = order;
    this.surroundings = surroundings;
    this.patience = patience;
    this.defaults = defaults;
    this.report = report;
  }

  /**
   * Runs it.
   *
   * @param client of the calling thread
   * @return the command's exit code
   */
  int run(ApiClient client) throws CommandFailure {
    List<Fields> all = look(client.get(order.of().path()));
    try {
      order.where().requireKnown(all);
      if (order.until().isPresent()) {
        order.until().get().requireKnown(all);
      }
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    List<String> items = new ArrayList<>();
    for (Fields item : all) {
      if (order.where().matches(item)) {
        String key = item.text(order.of().key());
        items.add(key);
        if (order.until().filter(until -> until.matches(item)).isPresent()) {
          heldBefore.add(key);
        }
      }
    }
    if (items.isEmpty()) {
      throw new CommandFailure(
          ExitCode.FAILED,
          "none of "
              + all.size()
              + " "
              + order.of().list()
              + " meets the condition; nothing was"
              + " done");
    }
    requireUsable(items.getFirst());
    report.begin(items, order);
    if (order.dryRun()) {
      return ExitCode.DONE.code();
    }
    if (!order.yes() && !agreed()) {
      throw new CommandFailure(ExitCode.FAILED, "nothing was done");
    }
    carryOut(items, client);
    report.end(items, outcomes);
    return outcomes.size() == items.size() && failed == 0
        ? ExitCode.DONE.code()
        : ExitCode.FAILED.code();
  }

  /** A mistyped command is one refusal, not one for each. */
  private void requireUsable(String item) throws CommandFailure {
    String[] words = order.wordsFor(item);
    try {
      ParseResult leaf = CommandTree.build(words).parseArgs(words);
      while (leaf.hasSubcommand()) {
        leaf = leaf.subcommand();
      }
      tells = leaf.commandSpec().userObject() instanceof Action action && action.tells();
      if (LogTree.goesOn(leaf)) {
        throw new CommandFailure(ExitCode.USAGE, "--follow never ends: it is not for many");
      }
    } catch (ParameterException e) {
      throw new CommandFailure(ExitCode.USAGE, UsageLine.of(e));
    }
  }

  private boolean agreed() throws CommandFailure {
    if (!surroundings.terminal()) {
      return true;
    }
    surroundings.err().print("'" + String.join(" ", order.wordsFor("…")) + "' for these: go on? ");
    surroundings.err().flush();
    try {
      String line = surroundings.in().readLine();
      return line != null && (line.strip().equals("y") || line.strip().equals("yes"));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "the answer cannot be read: " + e.getMessage());
    }
  }

  private void carryOut(List<String> items, ApiClient client) throws CommandFailure {
    EachGate gate =
        new EachGate(items.size(), order.canary(), order.parallel(), order.stopPercent());
    int begun = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (true) {
        EachGate.Say say = gate.next(begun, outcomes.size() - failed, failed);
        if (say == EachGate.Say.BEGIN) {
          String item = items.get(begun++);
          threads.execute(() -> ended.add(one(item)));
        } else if (outcomes.size() == begun) {
          return;
        } else {
          step(client);
        }
      }
    }
  }

  /** Waits for something to end. */
  private void step(ApiClient client) throws CommandFailure {
    Outcome outcome;
    try {
      outcome = awaited.isEmpty() ? ended.take() : ended.poll();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.FAILED, "interrupted; what was begun goes on");
    }
    if (outcome != null) {
      if (outcome.isDone() && order.until().isPresent()) {
        report.told(outcome);
        awaited.put(outcome.item(), order.waitSeconds());
      } else {
        end(outcome);
      }
      return;
    }
    surroundings.pause().last(LOOK);
    if (Thread.currentThread().isInterrupted()) {
      throw new CommandFailure(ExitCode.FAILED, "interrupted; what was begun goes on");
    }
    Map<String, Fields> now = new HashMap<>();
    Watch watch = new Watch(client, surroundings, order.of().word() + " list");
    look(watch.get(order.of().path())).forEach(item -> now.put(item.text(order.of().key()), item));
    for (Map.Entry<String, Integer> waiting : Map.copyOf(awaited).entrySet()) {
      String item = waiting.getKey();
      Fields found = now.get(item);
      int left = waiting.getValue() - (int) LOOK.toSeconds();
      boolean holds = found != null && order.until().orElseThrow().matches(found);
      if (!holds || left <= Math.max(0, order.waitSeconds() - CEASES)) {
        heldBefore.remove(item);
      }
      if (holds && !heldBefore.contains(item)) {
        awaited.remove(item);
        end(new Outcome(item, 0, ""));
      } else if (left <= 0) {
        awaited.remove(item);
        end(new Outcome(item, ExitCode.FAILED.code(), notYet(found)));
      } else {
        awaited.put(item, left);
      }
    }
  }

  private String notYet(@Nullable Fields found) {
    if (found == null) {
      return "is gone";
    }
    List<String> is = new ArrayList<>();
    for (String field : order.until().orElseThrow().fields()) {
      is.add(field + "=" + String.join(",", Selection.values(found, field)));
    }
    return "still " + String.join(" ", is) + " after " + order.waitSeconds() + " s";
  }

  private void end(Outcome outcome) throws CommandFailure {
    outcomes.add(outcome);
    failed += outcome.isDone() ? 0 : 1;
    report.ended(outcome, outcomes.size(), failed);
  }

  private Outcome one(String item) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(said, false, StandardCharsets.UTF_8);
    Surroundings alone =
        new Surroundings(
            new BufferedReader(new StringReader("")),
            new PrintStream(
                tells ? out : PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            err,
            false,
            surroundings.environment(),
            surroundings.properties(),
            surroundings.clock(),
            surroundings.pause());
    int code = new Runner(alone, patience).run(defaults, false, order.wordsFor(item));
    err.flush();
    List<String> lines = said.toString(StandardCharsets.UTF_8).lines().toList();
    String last = lines.isEmpty() ? "" : lines.getLast();
    String remark = last.startsWith("cade: ") ? last.substring(6) : last;
    if (code != 0) {
      return new Outcome(item, code, remark);
    }
    String told = out.toString(StandardCharsets.UTF_8);
    // A card that has nothing to tell says why on the other channel.
    String all = told.isBlank() && tells && !defaults.json() ? remark : told;
    return new Outcome(item, code, "", cut(all));
  }

  private static String cut(String text) {
    return text.length() <= MOST_SAID
        ? text
        : text.substring(0, MOST_SAID) + "\n… and more, which is too much for many at once\n";
  }

  private List<Fields> look(ApiClient.Answer answer) throws CommandFailure {
    Runner.refuse(answer);
    try {
      return Json.object(answer.body()).objects(order.of().list());
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "the engine's answer cannot be understood: " + e.getMessage());
    }
  }
}
