package io.cade.engine.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogUpload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CardLogsTest {
  private static final CardPosition A = new CardPosition(1, 3);
  private static final CardPosition B = new CardPosition(1, 4);
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  @TempDir Path dir;

  private CardLogs open() throws IOException {
    return CardLogs.open(dir.resolve("cards"), CardLogs.Bounds.standard());
  }

  private static LogUpload lines(CardPosition at, String source, String epoch, long... numbers) {
    return new LogUpload(
        at,
        "boot",
        source,
        epoch,
        false,
        LongStream.of(numbers)
            .mapToObj(n -> new LogLine(n, NOW.plusSeconds(n), "line " + n))
            .toList());
  }

  private static List<String> texts(CardLogs logs, CardPosition at, int last) throws IOException {
    return logs.read(at, _ -> true, Instant.EPOCH, last).stream().map(CardLogs.Line::text).toList();
  }

  @Test
  void repeatedLinesAreTakenOnceAlsoAfterARestart() throws IOException {
    CardLogs logs = open();
    assertThat(logs.take(A, lines(A, "agent", "e1", 0, 1), NOW).next()).isEqualTo(2);
    assertThat(logs.take(A, lines(A, "agent", "e1", 1, 2), NOW).next()).isEqualTo(3);
    CardLogs again = open();
    assertThat(again.take(A, lines(A, "agent", "e1"), NOW).next()).isEqualTo(3);
    assertThat(again.take(A, lines(A, "agent", "e1", 0, 1, 2, 3), NOW).next()).isEqualTo(4);
    assertThat(texts(again, A, 10)).containsExactly("line 0", "line 1", "line 2", "line 3");
    assertThat(again.bytes()).isEqualTo(bytes());
  }

  @Test
  void linesThatTheCardNoLongerHadAreNamedAsLost() throws IOException {
    CardLogs logs = open();
    logs.take(A, lines(A, "agent", "e1", 0), NOW);
    logs.take(A, lines(A, "agent", "e1", 10), NOW);
    assertThat(texts(logs, A, 10))
        .containsExactlyInAnyOrder(
            "line 0", "(9 lines are lost: the card no longer has them)", "line 10");
  }

  @Test
  void anotherCardInTheSlotBeginsAnewAndWhatTheOldOneSaidStays() throws IOException {
    CardLogs logs = open();
    logs.take(A, lines(A, "agent", "e1", 0, 1), NOW);
    assertThat(logs.take(A, lines(A, "agent", "e2"), NOW).next()).isZero();
    assertThat(logs.take(A, lines(A, "agent", "e2", 0), NOW).next()).isEqualTo(1);
    assertThat(texts(logs, A, 10)).containsExactlyInAnyOrder("line 0", "line 1", "line 0");
    assertThat(open().take(A, lines(A, "agent", "e2"), NOW).next()).isEqualTo(1);
  }

  @Test
  void halfALineOfAPowerCutIsSentAgain() throws IOException {
    open().take(A, lines(A, "agent", "e1", 0, 1), NOW);
    Path file = dir.resolve("cards/1.3/agent.log");
    String whole = Files.readString(file);
    Files.writeString(file, whole.substring(0, whole.length() - 3));
    CardLogs again = open();
    assertThat(again.take(A, lines(A, "agent", "e1"), NOW).next()).isEqualTo(1);
    again.take(A, lines(A, "agent", "e1", 1), NOW);
    assertThat(texts(again, A, 10)).containsExactly("line 0", "line 1");
  }

  @Test
  void noCardTakesMoreThanItsShareAndNoneAnothers() throws IOException {
    CardLogs logs = CardLogs.open(dir.resolve("cards"), new CardLogs.Bounds(1_000, 4_000, 100_000));
    logs.take(B, lines(B, "agent", "e1", 0, 1), NOW);
    for (int source = 0; source < 60; source++) {
      for (long n = 0; n < 100; n++) {
        logs.take(A, lines(A, "service:s" + source, "e1", n), NOW);
      }
    }
    assertThat(bytes()).isLessThan(6_000).isEqualTo(logs.bytes());
    assertThat(texts(logs, B, 10)).containsExactly("line 0", "line 1");
    assertThat(texts(logs, A, 1)).containsExactly("line 99");
  }

  @Test
  void allCardsTogetherHaveABoundAndTheOldestGoes() throws IOException {
    CardLogs logs = CardLogs.open(dir.resolve("cards"), new CardLogs.Bounds(1_000, 2_000, 10_000));
    for (int slot = 1; slot <= 14; slot++) {
      CardPosition at = new CardPosition(1, slot);
      for (long n = 0; n < 100; n++) {
        logs.take(at, lines(at, "agent", "e1", n), NOW);
      }
    }
    assertThat(bytes()).isLessThanOrEqualTo(10_000).isEqualTo(logs.bytes());
    assertThat(texts(logs, new CardPosition(1, 14), 1)).containsExactly("line 99");
  }

  @Test
  void journalReplacesTheOneBeforeAndGapsInItAreNone() throws IOException {
    CardLogs logs = open();
    logs.take(A, lines(A, "unit:ssh", "journal", 5, 900), NOW);
    LogUpload fresh = lines(A, "unit:ssh", "journal", 700);
    logs.take(A, new LogUpload(A, "boot", "unit:ssh", "journal", true, fresh.lines()), NOW);
    assertThat(texts(logs, A, 10)).containsExactly("line 700");
    logs.take(A, lines(A, "unit:ssh", "journal", 705), NOW);
    assertThat(texts(logs, A, 10)).containsExactly("line 700", "line 705");
  }

  @Test
  void filesThatAreNotItsOwnAreLeftAlone() throws IOException {
    Path own = Files.createDirectories(dir.resolve("cards/1.3"));
    Files.writeString(own.resolve("inventory.json"), "{}");
    Files.writeString(own.resolve("notes.log"), "mine");
    Files.createDirectories(dir.resolve("cards/lost+found"));
    Files.write(own.resolve("agent.log"), new byte[] {1, 2, 3}, StandardOpenOption.CREATE);
    CardLogs logs = open();
    logs.take(A, lines(A, "agent", "e1", 0), NOW);
    assertThat(texts(logs, A, 10)).containsExactly("line 0");
    assertThat(own.resolve("notes.log")).hasContent("mine");
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.walk(dir.resolve("cards"))) {
      return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
    }
  }
}
