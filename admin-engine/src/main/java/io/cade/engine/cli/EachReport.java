package io.cade.engine.cli;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells how far a command for many has come, and what became of each. Used by one thread. */
final class EachReport implements AutoCloseable {
  private static final int BAR = 30;

  private final Surroundings surroundings;
  private final boolean json;
  private final @Nullable Path file;
  private @Nullable Writer lines;
  private EachTree.@Nullable Order order;
  private int total;

  EachReport(Surroundings surroundings, boolean json, @Nullable Path file) {
    this.surroundings = surroundings;
    this.json = json;
    this.file = file;
  }

  /** These are the ones. */
  void begin(List<String> items, EachTree.Order what) throws CommandFailure {
    order = what;
    total = items.size();
    if (what.dryRun() && json) {
      List<Map<String, String>> list = new ArrayList<>();
      items.forEach(item -> list.add(Map.of("item", item)));
      surroundings.out().print(Json.lines(list) + "\n");
      return;
    }
    String first = items.stream().limit(20).reduce((a, b) -> a + " " + b).orElse("");
    (what.dryRun() ? surroundings.out() : surroundings.err())
        .print(
            Words.printable(
                    count(items.size())
                        + ": "
                        + first
                        + (items.size() > 20 ? " and " + (items.size() - 20) + " more" : ""))
                + "\n");
    surroundings.err().flush();
    if (file != null && !what.dryRun()) {
      try {
        lines =
            Files.newBufferedWriter(
                file,
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE);
      } catch (FileAlreadyExistsException e) {
        throw new CommandFailure(ExitCode.FAILED, file + " is there already; nothing was done");
      } catch (IOException e) {
        throw new CommandFailure(
            ExitCode.FAILED, "cannot write " + file + ": " + e.getMessage() + "; nothing was done");
      }
    }
  }

  private String count(int number) {
    EachTree.Of of = order == null ? EachTree.Of.CARD : order.of();
    return number + " " + (number == 1 ? of.word() : of.list());
  }

  /** Prints what the command has told of one, each line behind its name. */
  void told(EachRun.Outcome outcome) {
    if (json || outcome.said().isBlank()) {
      return;
    }
    if (surroundings.terminal()) {
      // The bar stands there.
      surroundings.err().print("\r" + " ".repeat(BAR + 40) + "\r");
      surroundings.err().flush();
    }
    outcome
        .said()
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> surroundings.out().print(Words.printable(outcome.item()) + "  " + line + "\n"));
    surroundings.out().flush();
  }

  /** One is through. */
  void ended(EachRun.Outcome outcome, int ended, int failed) throws CommandFailure {
    told(outcome);
    Writer to = lines;
    if (to != null) {
      try {
        to.write(Json.line(line(outcome.item(), outcome)) + "\n");
        to.flush();
      } catch (IOException e) {
        throw new CommandFailure(
            ExitCode.FAILED,
            "cannot write " + file + ": " + e.getMessage() + "; what was begun goes on");
      }
    }
    if (surroundings.terminal()) {
      int filled = BAR * ended / total;
      surroundings
          .err()
          .print(
              "\r["
                  + "#".repeat(filled)
                  + "-".repeat(BAR - filled)
                  + "] "
                  + ended
                  + " of "
                  + total
                  + (failed == 0 ? "" : ", " + failed + " failed")
                  + (ended == total ? "\n" : " "));
    } else {
      surroundings
          .err()
          .print(
              Words.printable(
                      outcome.item()
                          + ": "
                          + (outcome.isDone() ? "done" : "failed: " + outcome.detail())
                          + " ("
                          + ended
                          + " of "
                          + total
                          + ")")
                  + "\n");
    }
    surroundings.err().flush();
  }

  /** Nothing goes on any more. */
  void end(List<String> items, List<EachRun.Outcome> outcomes) {
    Map<String, EachRun.Outcome> known = new LinkedHashMap<>();
    outcomes.forEach(outcome -> known.put(outcome.item(), outcome));
    long done = outcomes.stream().filter(EachRun.Outcome::isDone).count();
    if (json) {
      surroundings
          .out()
          .print(
              Json.lines(items.stream().map(item -> line(item, known.get(item))).toList()) + "\n");
      return;
    }
    if (surroundings.terminal() && outcomes.size() < items.size()) {
      surroundings.err().print("\n");
    }
    int left = items.size() - outcomes.size();
    surroundings
        .out()
        .print(
            count(items.size())
                + ": "
                + done
                + " done, "
                + (outcomes.size() - done)
                + " failed"
                + (left == 0 ? "" : ", " + left + " not tried")
                + "\n");
    if (done == items.size()) {
      return;
    }
    Table table =
        new Table(
            surroundings.colour(),
            count(1).substring(2).toUpperCase(Locale.ROOT),
            "OUTCOME",
            "WHY");
    for (String item : items) {
      EachRun.Outcome outcome = known.get(item);
      if (outcome == null || !outcome.isDone()) {
        table.row(
            item,
            outcome == null ? "not tried" : "failed",
            outcome == null ? "too many had failed" : outcome.detail());
      }
    }
    table.print(surroundings.out());
  }

  private static Map<String, Object> line(String item, EachRun.@Nullable Outcome outcome) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("item", item);
    line.put("outcome", outcome == null ? "not tried" : outcome.isDone() ? "done" : "failed");
    line.put("detail", outcome == null ? "" : outcome.detail());
    if (outcome != null && !outcome.said().isBlank()) {
      line.put("said", new Json.Verbatim(outcome.said()));
    }
    return line;
  }

  @Override
  public void close() throws CommandFailure {
    if (lines != null) {
      try {
        lines.close();
      } catch (IOException e) {
        throw new CommandFailure(ExitCode.FAILED, "cannot write " + file + ": " + e.getMessage());
      }
    }
  }
}
