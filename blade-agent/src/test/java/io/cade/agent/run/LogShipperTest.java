package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.logs.LogStore;
import io.cade.agent.wire.LogLine;
import io.cade.agent.wire.LogReply;
import io.cade.agent.wire.LogSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogShipperTest {
  private static final String SHOP = LogSource.service("shop");

  @TempDir Path card;
  private LogStore store;

  /** An engine's memory of one source. */
  private final List<LogLine> there = new ArrayList<>();

  /** Of its earlier lives. */
  private final List<String> texts = new ArrayList<>();

  private int uploads;
  private boolean answerGetsLost;

  @BeforeEach
  void open() {
    store = new LogStore(card, InstantSource.system(), System::nanoTime, new Random(1));
  }

  private LogReply take(String source, String epoch, boolean replaces, List<LogLine> lines)
      throws IOException {
    uploads++;
    if (replaces) {
      there.clear();
    }
    for (LogLine line : lines) {
      if (there.isEmpty() || line.number() > there.getLast().number()) {
        there.add(line);
      }
    }
    if (answerGetsLost && !lines.isEmpty()) {
      answerGetsLost = false;
      throw new IOException("connection reset");
    }
    return new LogReply(there.isEmpty() ? 0 : there.getLast().number() + 1);
  }

  private LogShipper shipper() {
    return new LogShipper(
        store,
        this::take,
        (unit, since, lines) ->
            List.of(new LogLine(since + 1, java.time.Instant.EPOCH, "from " + unit)),
        () -> true,
        Duration.ofSeconds(30),
        System::nanoTime);
  }

  private List<String> texts() {
    return there.stream().map(LogLine::text).toList();
  }

  @Test
  void onlyWhatIsNewIsBrought() throws Exception {
    LogShipper shipper = shipper();
    store.write(SHOP, "one");
    assertThat(shipper.ship()).isEqualTo(1);
    int before = uploads;
    assertThat(shipper.ship()).isZero();
    assertThat(uploads).as("nothing new, nothing sent").isEqualTo(before);
    store.write(SHOP, "two");
    assertThat(shipper.ship()).isEqualTo(1);
    assertThat(texts()).containsExactly("one", "two");
  }

  @Test
  void afterARestartTheEngineSaysWhatItHas() throws Exception {
    store.write(SHOP, "one");
    shipper().ship();
    store.write(SHOP, "last words");
    assertThat(shipper().ship()).isEqualTo(1);
    assertThat(texts()).containsExactly("one", "last words");
  }

  @Test
  void anAnswerThatGetsLostCostsNoLineAndDoublesNone() throws Exception {
    LogShipper shipper = shipper();
    store.write(SHOP, "one");
    shipper.ship();
    store.write(SHOP, "two");
    answerGetsLost = true;
    assertThatThrownBy(shipper::ship).hasMessage("connection reset");
    store.write(SHOP, "three");
    shipper.ship();
    assertThat(texts()).containsExactly("one", "two", "three");
  }

  /** As the engine does: a life of numbers that it does not know begins at 0. */
  @Test
  void aSourceThatMadeRoomAndComesBackLosesNoLine() throws Exception {
    Map<String, String> lives = new HashMap<>();
    LogShipper shipper =
        new LogShipper(
            store,
            (source, epoch, replaces, lines) -> {
              if (!source.equals(SHOP)) {
                return new LogReply(lines.isEmpty() ? 0 : lines.getLast().number() + 1);
              }
              if (!epoch.equals(lives.put(source, epoch))) {
                texts.addAll(texts());
                there.clear();
              }
              return take(source, epoch, replaces, lines);
            },
            (_, _, _) -> List.of(),
            () -> true,
            Duration.ofSeconds(30),
            System::nanoTime);
    for (int i = 0; i < 100; i++) {
      store.write(SHOP, "first life " + i);
    }
    shipper.ship();
    for (int life = 2; life < 5; life++) {
      for (int i = 0; i < LogStore.MAX_SOURCES; i++) {
        store.write(LogSource.service("s" + life + "-" + i), "hello");
      }
      assertThat(store.sources()).as("it made room").doesNotContain(SHOP);
      store.write(SHOP, "back in life " + life);
      store.write(SHOP, "and goes on in life " + life);
      assertThat(shipper.ship()).isPositive();
      assertThat(shipper.ship()).isZero();
    }
    texts.addAll(texts());
    assertThat(texts.subList(100, texts.size()))
        .containsExactly(
            "back in life 2",
            "and goes on in life 2",
            "back in life 3",
            "and goes on in life 3",
            "back in life 4",
            "and goes on in life 4");
  }

  @Test
  void whatTheEngineLostIsSentAgain() throws Exception {
    LogShipper shipper = shipper();
    for (int i = 0; i < 10; i++) {
      store.write(SHOP, "line " + i);
    }
    shipper.ship();
    there.subList(4, 10).clear();
    store.write(SHOP, "line 10");
    shipper.ship();
    shipper.ship();
    assertThat(there).hasSizeGreaterThanOrEqualTo(5);
    assertThat(texts()).last().isEqualTo("line 10");
  }

  @Test
  void manyLinesGoInSeveralUploads() throws Exception {
    for (int i = 0; i < 1_500; i++) {
      store.write(SHOP, "line " + i + "-".repeat(90));
    }
    assertThat(shipper().ship()).isEqualTo(1_500);
    assertThat(there).hasSize(1_500);
    assertThat(uploads).isGreaterThan(2).isLessThan(10);
  }

  @Test
  void journalOfAUnitTakesThePlaceOfTheOneBefore() throws Exception {
    LogShipper shipper = shipper();
    assertThat(shipper.shipUnit("ssh", 41, 10).last()).isEqualTo(42);
    assertThat(shipper.shipUnit("ssh", 0, 10).lines()).isEqualTo(1);
    assertThat(there).singleElement().satisfies(l -> assertThat(l.number()).isEqualTo(1));
  }
}
