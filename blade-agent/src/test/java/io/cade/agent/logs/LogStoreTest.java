package io.cade.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogSource;
import io.cade.agent.wire.LogText;
import io.cade.agent.wire.LogUpload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogStoreTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final String SHOP = LogSource.service("shop");

  @TempDir Path card;
  private long nanos;

  private LogStore open() {
    return new LogStore(card, InstantSource.fixed(NOW), () -> nanos, new Random(1));
  }

  private static List<String> texts(LogStore store, String source) throws IOException {
    return store.read(source, 0, 100_000, 100_000_000).lines().stream().map(LogLine::text).toList();
  }

  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(f -> f.toFile().length()).sum();
    }
  }

  @Test
  void linesAreNumberedAlsoOverARestart() throws IOException {
    LogStore store = open();
    store.write(SHOP, "one");
    store.write(SHOP, "two");
    LogStore again = open();
    again.write(SHOP, "three");
    LogStore.Chunk chunk = again.read(SHOP, 1, 10, 1_000);
    assertThat(chunk.lines())
        .containsExactly(new LogLine(1, NOW, "two"), new LogLine(2, NOW, "three"));
    assertThat(chunk.epoch()).isEqualTo(store.read(SHOP, 0, 1, 1).epoch());
    assertThat(again.sources()).containsExactly(SHOP);
    assertThat(again.next(SHOP)).isEqualTo(3);
  }

  @Test
  void serviceThatWritesWithoutEndTakesItsShareOfTheDiskAndNoMore() throws IOException {
    LogStore store = open();
    String line = "x".repeat(1_000);
    for (int i = 0; i < 20_000; i++) {
      store.write(SHOP, line);
      nanos += 20_000_000;
    }
    assertThat(bytes(card.resolve("logs"))).isLessThan(LogStore.MAX_BYTES + 100);
    store.write("agent", "still here");
    assertThat(texts(store, "agent")).containsExactly("still here");
  }

  @Test
  void moreLinesThanAreSaneAreCountedAndNotWritten() throws IOException {
    LogStore store = open();
    for (int i = 0; i < 50_000; i++) {
      store.write(SHOP, "line " + i);
    }
    assertThat(store.next(SHOP)).isEqualTo(LogStore.BURST);
    nanos += 1_000_000_000L;
    store.write(SHOP, "calm again");
    List<String> all = texts(store, SHOP);
    assertThat(all).last().isEqualTo("calm again");
    assertThat(all.get(all.size() - 2)).isEqualTo("(48000 lines left out: too many at once)");
  }

  @Test
  void theLastLinesOfAFloodAreNotMissedWithoutAWord() throws IOException {
    LogStore store = open();
    for (int i = 0; i < LogStore.BURST + 5; i++) {
      store.write(SHOP, "line " + i);
    }
    nanos += 1_000_000_000L;
    assertThat(store.next(SHOP)).isEqualTo(LogStore.BURST + 1);
    assertThat(texts(store, SHOP)).last().isEqualTo("(5 lines left out: too many at once)");
  }

  @Test
  void halfALineThatAPowerCutLeftIsCutOffAndNothingElse() throws IOException {
    open().write(SHOP, "whole");
    Path file = card.resolve("logs/service+shop.log");
    Files.writeString(file, "1 2026-01-31T12:0", StandardOpenOption.APPEND);
    LogStore again = open();
    again.write(SHOP, "after");
    assertThat(texts(again, SHOP)).containsExactly("whole", "after");
    assertThat(again.next(SHOP)).isEqualTo(2);
  }

  @Test
  void bytesThatAreNoLinesArePassedOver() throws IOException {
    open().write(SHOP, "whole");
    byte[] noise = new byte[5_000];
    new Random(7).nextBytes(noise);
    Files.write(card.resolve("logs/service+shop.log"), noise, StandardOpenOption.APPEND);
    LogStore again = open();
    again.write(SHOP, "after");
    assertThat(texts(again, SHOP)).contains("whole", "after");
  }

  @Test
  void theOldestSourceMakesRoomAndTheAgentsStays() throws IOException {
    LogStore store = open();
    store.write(LogSource.AGENT, "mine");
    for (int i = 0; i < 100; i++) {
      store.write(LogSource.service("s" + i), "hello");
    }
    assertThat(store.sources())
        .hasSizeLessThanOrEqualTo(LogStore.MAX_SOURCES)
        .contains(LogSource.AGENT, LogSource.service("s99"));
    assertThatThrownBy(() -> store.write("../../etc/passwd", "no such place"))
        .hasMessageContaining("no source");
  }

  @Test
  void numbersThatBeginAgainHaveANewLifeAndKeepItOverARestart() throws IOException {
    LogStore store = open();
    store.write(SHOP, "one");
    String first = store.epoch(SHOP);
    for (int i = 0; i < LogStore.MAX_SOURCES; i++) {
      store.write(LogSource.service("s" + i), "hello");
    }
    assertThat(card.resolve("logs/service+shop.epoch")).doesNotExist();
    store.write(SHOP, "another one");
    assertThat(store.read(SHOP, 0, 10, 1_000).lines())
        .containsExactly(new LogLine(0, NOW, "another one"));
    String second = store.epoch(SHOP);
    assertThat(second).isNotEqualTo(first).isEqualTo(store.read(SHOP, 0, 1, 1).epoch());
    LogStore again = new LogStore(card, InstantSource.fixed(NOW), () -> nanos, new Random(2));
    assertThat(again.epoch(SHOP)).isEqualTo(second);
  }

  @Test
  void logsOfAnEarlierVersionGoOnInTheirLife() throws IOException {
    open().write(SHOP, "one");
    Files.delete(card.resolve("logs/service+shop.epoch"));
    Files.writeString(card.resolve("logs/epoch"), "0123456789abcdef\n");
    LogStore again = open();
    again.write(SHOP, "two");
    assertThat(again.read(SHOP, 1, 10, 1_000))
        .isEqualTo(new LogStore.Chunk("0123456789abcdef", List.of(new LogLine(1, NOW, "two"))));
  }

  @Test
  void filesAreTheAgentsAlone() throws IOException {
    open().write(SHOP, "one");
    assertThat(Files.getPosixFilePermissions(card.resolve("logs"))).hasSize(3);
    assertThat(Files.getPosixFilePermissions(card.resolve("logs/service+shop.log"))).hasSize(2);
  }

  @Test
  void escapesAndDirectionsAreHarmlessAndOtherScriptsStay() {
    assertThat(LogText.harmless("\u001b[2Jwiped\u009b1m\r\nnext\ttab\u0000"))
        .isEqualTo("·[2Jwiped·1m··next tab·");
    assertThat(LogText.harmless("a\u202Eb\u2066c\u2028d\uFEFF")).isEqualTo("a·b·c·d·");
    assertThat(LogText.harmless("Grüße, 世界, 😀")).isEqualTo("Grüße, 世界, 😀");
    assertThat(LogText.harmless("\uD83D broken \uDE00")).isEqualTo("· broken ·");
    assertThat(LogText.harmless("😀".repeat(1_000))).hasSize(1_024);
    assertThat(LogText.harmless("x" + "😀".repeat(1_000))).hasSize(1_023);
    byte[] noise = new byte[100_000];
    new Random(3).nextBytes(noise);
    String all = LogText.harmless(new String(noise, StandardCharsets.UTF_8));
    assertThat(all.length()).isLessThanOrEqualTo(LogText.MAX_CHARACTERS);
    assertThat(all.chars()).noneMatch(c -> c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0));
  }

  @Test
  void uploadsBeyondTheirLimitsAreRefused() {
    CardPosition at = new CardPosition(1, 3);
    LogLine line = new LogLine(5, NOW, "x");
    assertThatThrownBy(() -> new LogUpload(at, "b", "agent", "e", false, List.of(line, line)))
        .hasMessageContaining("must ascend");
    assertThatThrownBy(() -> new LogUpload(at, "b", "service:../x", "e", false, List.of()))
        .hasMessageContaining("no source");
    assertThatThrownBy(() -> new LogUpload(at, "b", "agent", "E!", false, List.of()))
        .hasMessageContaining("epoch");
    List<LogLine> many =
        Stream.iterate(0L, n -> n + 1).limit(1_001).map(n -> new LogLine(n, NOW, "")).toList();
    assertThatThrownBy(() -> new LogUpload(at, "b", "agent", "e", false, many))
        .hasMessageContaining("1001");
    List<LogLine> wide =
        Stream.iterate(0L, n -> n + 1)
            .limit(100)
            .map(n -> new LogLine(n, NOW, "y".repeat(1_000)))
            .toList();
    assertThatThrownBy(() -> new LogUpload(at, "b", "agent", "e", false, wide))
        .hasMessageContaining("65536");
    assertThatThrownBy(() -> new LogLine(-1, NOW, "")).hasMessageContaining("number");
  }
}
