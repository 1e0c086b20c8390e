package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.cade.mib.MibOids;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Alarms come and go while the engine is killed again and again and net-snmp's receiver is away for
 * a part of it: nothing is lost, and each raise has exactly one clear (SPEC S2, S3).
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class AlarmKillIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int KILLS = 4;
  private static final Pattern SEQUENCE =
      number(MibOids.CADE_ALARM_NOTIFICATION_SEQUENCE, "Counter64");
  private static final Pattern ALARM = number(MibOids.CADE_ALARM_NOTIFICATION_ALARM, "\\w+");

  @TempDir private Path folder;
  private @Nullable RunningDemo running;

  private static Pattern number(String oid, String type) {
    return Pattern.compile(Pattern.quote("." + oid + ".0 = ") + type + ": (\\d+)");
  }

  @Test
  void everyRaiseHasOneClearAndNoNumberIsMissingWhateverIsKilled() throws Exception {
    assumeTrue(Run.installed("snmptrapd"), "needs snmptrapd (package snmptrapd)");
    int offset = Ports.freeOffset();
    int port = 1162 + offset;
    List<String> received = new ArrayList<>();
    TrapReceiver noc = TrapReceiver.start(folder.resolve("noc0"), port);
    try (RunningDemo demo =
        RunningDemo.start(
            folder.resolve("state"),
            offset,
            folder.resolve("output"),
            List.of("--chassis", "1", "--cards", "3"))) {
      running = demo;
      long began = System.nanoTime();
      for (int round = 0; round < KILLS; round++) {
        if (round == 1) {
          // Away from here: what is raised now waits, over the deaths of two engines.
          noc.close();
          received.addAll(records(noc.lines()));
        }
        if (round == KILLS - 1) {
          noc = TrapReceiver.start(folder.resolve("noc1"), port);
        }
        String hot = "1." + (1 + round % 3);
        String before = "1." + (1 + (round + 2) % 3);
        does("sim", "heat", hot, "78");
        awaitHot(hot, true);
        killEngine();
        if (round > 0) {
          does("sim", "heat", before, "off");
        }
      }
      for (String card : List.of("1.1", "1.2", "1.3")) {
        does("sim", "heat", card, "off");
      }
      Patience.until(
          "all is well",
          LIMIT,
          () -> {
            String active = answer("alarm", "list", "--json");
            return active.contains("temperatureHigh") || active.contains("error") ? active : "";
          });
      Patience.until(
          "the receiver has everything",
          LIMIT,
          () -> {
            JsonNode receiver = demo.json("alarm", "receivers").path(0);
            return receiver.path("waiting").asLong() == 0 ? "" : receiver.toString();
          });
      // Nothing is raised or cleared any more: this is the last number given.
      JsonNode receiver = demo.json("alarm", "receivers").path(0);
      long last = receiver.path("delivered").asLong();
      assertThat(receiver.path("missed").asLong()).isZero();
      received.addAll(records(noc.lines()));
      System.out.printf(
          "alarms with %d kills: %d notifications, %d lines, %.1f s%n",
          KILLS, last, received.size(), (System.nanoTime() - began) / 1e9);
      check(received, last);
      agree(demo.json("alarm", "history", "--limit", "1000"), received);
    } finally {
      noc.close();
    }
  }

  /** Numbers without a gap; of each alarm one raise, then one clear. */
  private static void check(List<String> received, long last) {
    TreeMap<Long, String> bySequence = new TreeMap<>();
    for (String line : received) {
      Matcher sequence = SEQUENCE.matcher(line);
      if (sequence.find() && !line.contains(MibOids.CADE_HEARTBEAT)) {
        String about = kind(line) + " " + alarm(line);
        String other = bySequence.put(Long.parseLong(sequence.group(1)), about);
        assertThat(other == null || other.equals(about))
            .as("a number twice is the same notification twice: %s", line)
            .isTrue();
      }
    }
    assertThat(bySequence.keySet()).containsAll(LongStream.rangeClosed(1, last).boxed().toList());
    Map<Long, Integer> raised = new HashMap<>();
    Map<Long, Integer> cleared = new HashMap<>();
    for (String about : bySequence.values()) {
      long alarm = Long.parseLong(about.substring(about.indexOf(' ') + 1));
      if (about.startsWith("raised")) {
        raised.merge(alarm, 1, Integer::sum);
      } else if (about.startsWith("cleared")) {
        assertThat(raised).as("raised before it is cleared").containsKey(alarm);
        cleared.merge(alarm, 1, Integer::sum);
      }
    }
    assertThat(raised).hasSizeGreaterThanOrEqualTo(KILLS);
    assertThat(raised.values()).containsOnly(1);
    assertThat(cleared.values()).containsOnly(1);
    assertThat(raised.keySet()).containsAll(cleared.keySet());
  }

  /** What the engine has on record is what the receiver was told. */
  private static void agree(JsonNode history, List<String> received) {
    int heats = 0;
    for (JsonNode alarm : history) {
      String number = alarm.path("sequence").asText();
      assertThat(received)
          .as("alarm %s", alarm)
          .anyMatch(l -> kind(l).equals("raised") && alarm(l).equals(number));
      if (alarm.path("type").asText().equals("temperatureHigh")) {
        heats++;
        assertThat(alarm.path("clearedAt").asText("")).as("%s", alarm).isNotEmpty();
        assertThat(received).anyMatch(l -> kind(l).equals("cleared") && alarm(l).equals(number));
      }
    }
    assertThat(heats).isGreaterThanOrEqualTo(KILLS);
  }

  private static String kind(String line) {
    return line.contains("OID: ." + MibOids.CADE_ALARM_RAISED + ";")
        ? "raised"
        : line.contains("OID: ." + MibOids.CADE_ALARM_CLEARED + ";") ? "cleared" : "other";
  }

  private static String alarm(String line) {
    Matcher alarm = ALARM.matcher(line);
    return alarm.find() ? alarm.group(1) : "0";
  }

  /** A text with a degree sign is printed as octets, over several lines. */
  private static List<String> records(List<String> lines) {
    List<String> records = new ArrayList<>();
    for (String line : lines) {
      if (line.contains("|.1.3.6.1.2.1.1.3.0 = ") || records.isEmpty()) {
        records.add(line);
      } else {
        records.add(records.removeLast() + " " + line);
      }
    }
    return records;
  }

  private RunningDemo demo() {
    RunningDemo demo = running;
    if (demo == null) {
      throw new AssertionError("the demo did not start");
    }
    return demo;
  }

  private void killEngine() throws Exception {
    long engine = demo().pid("engine");
    assertThat(ProcessHandle.of(engine).orElseThrow().destroyForcibly()).isTrue();
    Patience.until(
        "another engine",
        LIMIT,
        () -> {
          long pid = demo().pid("engine");
          return pid != 0 && pid != engine && demo().cade("alarm", "list").exit() == 0
              ? ""
              : "pid " + pid;
        });
  }

  private void awaitHot(String card, boolean hot) throws Exception {
    Patience.until(
        "card " + card + (hot ? " is hot" : " is cool"),
        LIMIT,
        () -> {
          String active = answer("alarm", "list");
          boolean there =
              active.lines().anyMatch(l -> l.contains("temperatureHigh") && l.contains(card));
          return there == hot ? "" : active;
        });
  }

  private String answer(String... words) throws Exception {
    Run.Result result = demo().cade(words);
    return result.exit() == 0 ? result.out() : "error " + result;
  }

  private void does(String... words) throws Exception {
    Run.Result result = demo().cade(words);
    assertThat(result.exit()).as(result.toString()).isZero();
  }
}
