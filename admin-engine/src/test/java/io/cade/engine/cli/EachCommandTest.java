package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogUpload;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.collect.CardLogs;
import io.cade.engine.collect.Collected;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code each card|service} against the engine's real API server. */
@Timeout(120)
final class EachCommandTest {
  @TempDir Path dir;
  private final InstantSource clock = InstantSource.fixed(Desk.NOW);
  private final TestWriter writer = new TestWriter(clock);
  private ServedDesk served;
  private Desk desk;

  @BeforeEach
  void start() throws Exception {
    served = new ServedDesk(dir, ServedDesk.Wishes.of(writer, clock));
    desk = served.desk;
    for (int chassis = 1; chassis <= 2; chassis++) {
      for (int slot = 1; slot <= 6; slot++) {
        CardPosition at = new CardPosition(chassis, slot);
        writer.given(
            new Change.CardSeated(
                at,
                CardRole.SERVER,
                new MacAddress("02:00:00:00:%02x:%02x".formatted(chassis, slot))),
            new Change.CardStateChanged(at, CardState.BOOTING, ""));
        if (slot != 6) {
          writer.given(new Change.CardStateChanged(at, CardState.AVAILABLE, ""));
        }
      }
    }
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private List<String> located() {
    return writer.current().cards().values().stream()
        .filter(card -> card.locate())
        .map(card -> card.position().toString())
        .toList();
  }

  @Test
  void theCommandIsCarriedOutForThoseThatMeetTheConditionAndNoOthers() {
    Desk.Outcome outcome =
        desk.run("each", "card", "--where", "chassis=2 and state=available", "locate", "on");
    assertThat(outcome.err())
        .startsWith("5 cards: 2.1 2.2 2.3 2.4 2.5\n2.1: done (1 of 5)\n")
        .contains("(5 of 5)");
    assertThat(outcome.out()).isEqualTo("5 cards: 5 done, 0 failed\n");
    assertThat(outcome.code()).isZero();
    assertThat(located()).containsExactlyInAnyOrder("2.1", "2.2", "2.3", "2.4", "2.5");
  }

  @Test
  void theStateDirectoryIsTheSameForLookingAndForDoing() {
    String state = desk.environment.get("CADE_STATE");
    desk.environment.put("CADE_STATE", dir.resolve("elsewhere").toString());
    for (List<String> named : List.of(List.of("--state", state), List.of("--state=" + state))) {
      List<String> words =
          new ArrayList<>(List.of("each", "card", "--where", "slot=3", "locate", "on", "--json"));
      words.addAll(named);
      Desk.Outcome outcome = desk.run(words.toArray(String[]::new));
      assertThat(outcome.code()).as(outcome.err()).isZero();
      assertThat(outcome.out()).contains("{\"item\":\"2.3\",\"outcome\":\"done\"");
    }
    assertThat(located()).containsExactlyInAnyOrder("1.3", "2.3");
    assertThat(desk.run("each", "card", "--where", "slot=3", "locate", "on").code()).isEqualTo(3);
  }

  /** Each of the first two cards has written so many lines, each with this at its end. */
  private void logs(int lines, String end, String... sources) throws Exception {
    Collected collected =
        Collected.open(dir.resolve("cards"), CardLogs.Bounds.standard(), clock, Runnable::run);
    served.operations.collect().from(collected);
    for (int slot = 1; slot <= 2; slot++) {
      CardPosition at = new CardPosition(1, slot);
      for (String source : sources) {
        for (int from = 0; from < lines; from += 200) {
          List<LogLine> some = new ArrayList<>();
          for (int i = from; i < Math.min(lines, from + 200); i++) {
            some.add(new LogLine(i, Desk.NOW.minusSeconds(9), "line " + i + " of " + at + end));
          }
          var _ =
              collected
                  .take(at, new LogUpload(at, "b", source, "e1", false, some))
                  .toCompletableFuture()
                  .get(10, TimeUnit.SECONDS);
        }
      }
    }
  }

  @Test
  void whatEachHasToTellIsPrintedBehindItsName() throws Exception {
    logs(2, "", "agent");
    Desk.Outcome outcome =
        desk.run("each", "card", "--where", "chassis=1 and slot<4", "logs", "--stored");
    assertThat(outcome.code()).as("%s", outcome).isZero();
    String time = Desk.NOW.minusSeconds(9).toString();
    assertThat(outcome.out().lines())
        .contains(
            "1.1  " + time + " agent | line 0 of 1.1",
            "1.1  " + time + " agent | line 1 of 1.1",
            "1.2  " + time + " agent | line 1 of 1.2",
            "1.3  there are no such lines; others are of []",
            "3 cards: 3 done, 0 failed")
        .hasSize(6);
    assertThat(outcome.err()).contains("1.2: done (").doesNotContain("line 1 of");
    Path report = dir.resolve("report.jsonl");
    Desk.Outcome json =
        desk.run(
            "each",
            "card",
            "--where",
            "chassis=1 and slot<3",
            "--json",
            "--report",
            report.toString(),
            "logs",
            "--stored");
    assertThat(json.out())
        .contains("{\"item\":\"1.1\",\"outcome\":\"done\",\"detail\":\"\",\"said\":{")
        .contains("\"text\":\"line 1 of 1.2\"");
    assertThat(Files.readAllLines(report)).hasSize(2).allMatch(l -> l.contains("\"said\":{"));
    assertThat(desk.run("each", "card", "--where", "slot=1", "show").out())
        .contains("1.1  CARD", "2.1  CARD");
  }

  @Test
  void ofOneThatTellsTooMuchTheBeginningIsPrintedAndThatIsSaid() throws Exception {
    logs(400, " " + "x".repeat(250), "agent", "service:a", "service:b", "service:c");
    Desk.Outcome outcome =
        desk.run(
            "each", "card", "--where", "chassis=1 and slot<3", "logs", "--stored", "-n", "5000");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().length()).isLessThan(700_000);
    assertThat(outcome.out().contains("1.2  … and more, which is too much for many at once"))
        .isTrue();
  }

  @Test
  void whatNeverEndsIsNotForMany() {
    Desk.Outcome outcome = desk.run("each", "card", "--where", "slot=1", "logs", "--follow");
    assertThat(outcome.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(outcome.err()).contains("never ends");
  }

  @Test
  void aDryRunOnlyTellsWhichOnes() {
    long before = writer.current().position();
    Desk.Outcome outcome =
        desk.run("each", "card", "--where", "slot=6", "--dry-run", "locate", "on");
    assertThat(outcome.out()).isEqualTo("2 cards: 1.6 2.6\n");
    assertThat(outcome.code()).isZero();
    assertThat(writer.current().position()).isEqualTo(before);
  }

  @Test
  void theFirstFailureStopsAndTheRestIsNotTried() throws Exception {
    Path report = dir.resolve("report.jsonl");
    // A card that boots cannot be assigned, and it is the canary.
    Desk.Outcome outcome =
        desk.run(
            "each",
            "card",
            "--where",
            "chassis=1 and slot in (1, 2, 6)",
            "--parallel",
            "1",
            "--report",
            report.toString(),
            "assign",
            "shop");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out())
        .startsWith("3 cards: 0 done, 1 failed, 2 not tried\nCARD  OUTCOME")
        .contains("1.1   failed     there is no service shop")
        .contains("1.2   not tried  too many had failed");
    assertThat(Files.readAllLines(report))
        .singleElement()
        .asString()
        .startsWith("{\"item\":\"1.1\",\"outcome\":\"failed\",\"detail\":\"there is no service");
  }

  @Test
  void aShareMayFailAndTheReportSaysWhichAndWhy() {
    writer.given(new Change.CardLocated(new CardPosition(1, 1), true));
    Desk.Outcome outcome =
        desk.run(
            "each",
            "card",
            "--where",
            "chassis=1",
            "--stop-at",
            "50%",
            "--canary",
            "0",
            "--until",
            "locate=true and state=available",
            "--wait",
            "3",
            "--json",
            "locate",
            "on");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out())
        .contains("{\"item\":\"1.5\",\"outcome\":\"done\",\"detail\":\"\"}")
        .contains(
            "{\"item\":\"1.6\",\"outcome\":\"failed\",\"detail\":\"still locate=true state=BOOTING"
                + " after 3 s\"}");
    assertThat(located()).hasSize(6);
  }

  @Test
  void whatIsAwaitedMayTakeAWhile() {
    CardPosition slow = new CardPosition(1, 6);
    desk.onPause =
        () -> {
          if (writer.current().card(slow).orElseThrow().state() == CardState.BOOTING) {
            writer.given(new Change.CardStateChanged(slow, CardState.AVAILABLE, ""));
          }
        };
    Desk.Outcome outcome =
        desk.run(
            "each",
            "card",
            "--where",
            "position=1.6",
            "--until",
            "state=available",
            "locate",
            "on");
    assertThat(outcome.err()).contains("1.6: done (1 of 1)");
    assertThat(outcome.code()).isZero();
    assertThat(desk.paused).isNotEmpty();
  }

  @Test
  void whatHeldBeforeTheCommandHasToCeaseFirst() {
    CardPosition cycled = new CardPosition(1, 1);
    List<CardState> seen = new ArrayList<>();
    desk.onPause =
        () -> {
          CardState next =
              switch (seen.size()) {
                case 0, 1 -> CardState.AVAILABLE;
                case 2, 3 -> CardState.BOOTING;
                default -> CardState.AVAILABLE;
              };
          seen.add(next);
          if (writer.current().card(cycled).orElseThrow().state() != next) {
            writer.given(new Change.CardStateChanged(cycled, next, ""));
          }
        };
    Desk.Outcome outcome =
        desk.run(
            "each",
            "card",
            "--where",
            "position=1.1",
            "--until",
            "state=available",
            "locate",
            "on");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(seen).hasSizeGreaterThanOrEqualTo(5).contains(CardState.BOOTING);
  }

  @Test
  void aCommandThatHadNothingToDoCountsAsDoneInTheEnd() {
    Desk.Outcome outcome =
        desk.run(
            "each",
            "card",
            "--where",
            "position=1.1",
            "--until",
            "state=available",
            "--wait",
            "200",
            "locate",
            "on");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(desk.paused).hasSize(90);
  }

  @Test
  void atATerminalItAsksFirst() {
    desk.terminal = true;
    Desk.Outcome no = desk.runWith("n\n", "each", "card", "--where", "slot=1", "locate", "on");
    assertThat(no.err()).contains("'card locate … on' for these: go on?");
    assertThat(no.code()).isEqualTo(1);
    assertThat(located()).isEmpty();
    Desk.Outcome yes = desk.runWith("y\n", "each", "card", "--where", "slot=1", "locate", "on");
    assertThat(yes.code()).isZero();
    assertThat(yes.err()).contains("2 of 2");
    assertThat(located()).containsExactlyInAnyOrder("1.1", "2.1");
    Desk.Outcome unasked = desk.run("each", "card", "--where", "slot=2", "--yes", "locate", "on");
    assertThat(unasked.code()).isZero();
  }

  @Test
  void whatIsMistypedIsRefusedOnceAndChangesNothing() {
    long before = writer.current().position();
    refused(2, "there is no field 'chasis'; there are", "--where", "chasis=1", "locate", "on");
    refused(2, "unknown command 'lokate'", "--where", "chassis=1", "lokate", "on");
    refused(2, "'yes' is none of on, off", "--where", "chassis=1", "locate", "yes");
    refused(2, "each card needs COMMAND", "--where", "chassis=1");
    refused(2, "each card needs --where CONDITION", "locate", "on");
    refused(2, "--stop-at is '101%'", "--where", "slot=1", "--stop-at", "101%", "locate", "on");
    refused(2, "--parallel is 0", "--where", "slot=1", "--parallel", "0", "locate", "on");
    refused(2, "'card list' is not about one of many", "--where", "slot=1", "list");
    refused(1, "none of 12 cards meets the condition", "--where", "chassis=9", "locate", "on");
    assertThat(writer.current().position()).isEqualTo(before);
  }

  private void refused(int code, String words, String... rest) {
    List<String> all = new ArrayList<>(List.of("each", "card"));
    all.addAll(List.of(rest));
    Desk.Outcome outcome = desk.run(all.toArray(String[]::new));
    assertThat(outcome.err()).contains(words);
    assertThat(outcome.err().lines().count()).as(outcome.err()).isEqualTo(1);
    assertThat(outcome.code()).as(words).isEqualTo(code);
  }
}
