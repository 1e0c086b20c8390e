package io.cade.agent.debian;

import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogSource;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What systemd tells of its units: their journal by journalctl(1), their states by systemctl(1).
 * Only looks; keeps nothing, so that any thread may ask.
 */
final class JournalFunctions {
  private static final int MAX_UNITS = 10_000;

  private final boolean live;
  private final Programs programs;

  JournalFunctions(boolean live, Programs programs) {
    this.live = live;
    this.programs = programs;
  }

  /** As {@link io.cade.agent.device.OperatingSystem#journal}. */
  List<LogLine> journal(String unit, long sinceMicros, int lines)
      throws IOException, InterruptedException {
    String _ = LogSource.unit(unit);
    if (!live) {
      throw new IOException("nothing runs units here, so there is no journal");
    }
    List<String> words =
        new ArrayList<>(
            List.of(
                "journalctl",
                "--no-pager",
                "--quiet",
                "--output=short-unix",
                "--lines=" + lines,
                "--unit=" + unit));
    if (sinceMicros > 0) {
      // Whole seconds: what is too old is left out below.
      words.add("--since=@" + sinceMicros / 1_000_000);
    }
    List<LogLine> found =
        parse(programs.must(words, "", Programs.SHORT)).stream()
            .filter(line -> line.number() > sinceMicros)
            .toList();
    if (found.isEmpty() && sinceMicros == 0) {
      String state =
          programs.must(
              List.of("systemctl", "show", "--property=LoadState", "--value", unit),
              "",
              Programs.SHORT);
      if (state.strip().equals("not-found")) {
        throw new IOException("there is no unit " + unit);
      }
    }
    return found;
  }

  /** Lines of {@code --output=short-unix}: {@code 1700000000.123456 host word[pid]: text}. */
  static List<LogLine> parse(String told) {
    List<LogLine> lines = new ArrayList<>();
    long before = 0;
    Instant at = Instant.EPOCH;
    for (String line : told.lines().toList()) {
      int first = line.indexOf(' ');
      String text = line;
      long number = before + 1;
      if (first > 0 && line.substring(0, first).matches("\\d{1,12}\\.\\d{6}")) {
        long micros = new BigDecimal(line.substring(0, first)).movePointRight(6).longValueExact();
        at = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        // Several in one microsecond, or a clock that was set back: numbers ascend all the same.
        number = Math.max(number, micros);
        int second = line.indexOf(' ', first + 1);
        // The host is the card itself.
        text = line.substring(second < 0 ? first + 1 : second + 1);
      } else if (before == 0) {
        continue;
      }
      lines.add(new LogLine(number, at, text));
      before = number;
    }
    return lines;
  }

  /** Services, sockets and timers that are loaded or installed, by name. */
  List<Inventory.Unit> units() throws IOException, InterruptedException {
    if (!live) {
      throw new IOException("nothing runs units here");
    }
    Map<String, Inventory.Unit> all = new TreeMap<>();
    table("list-unit-files")
        .forEach(words ->
            all.put(
                words[0], new Inventory.Unit(words[0], words[1].startsWith("enabled"), "dead")));
    table("list-units", "--all")
        .forEach(words -> {
          if (words.length > 3 && !words[1].equals("not-found")) {
            Inventory.Unit file = all.get(words[0]);
            all.put(
                words[0], new Inventory.Unit(words[0], file != null && file.enabled(), words[3]));
          }
        });
    return List.copyOf(all.values());
  }

  private List<String[]> table(String... words) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "systemctl",
                "--no-pager",
                "--no-legend",
                "--plain",
                "--full",
                "--type=service,socket,timer"));
    command.addAll(List.of(words));
    return programs
        .must(command, "", Programs.SHORT)
        .lines()
        .limit(MAX_UNITS)
        .map(line -> line.strip().split("\\s+", 5))
        .filter(parts -> parts.length > 1 && parts[0].length() <= 256 && parts[1].length() <= 32)
        .toList();
  }
}
