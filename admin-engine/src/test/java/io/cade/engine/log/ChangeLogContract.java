package io.cade.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Commit;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every change log does. */
abstract class ChangeLogContract {
  /** The log under test; a second call opens what the first left behind. */
  abstract ChangeLog open() throws IOException;

  static Commit commit(long position) {
    return new Commit(
        position,
        Instant.parse("2026-11-21T10:00:00.123456Z"),
        List.of(new Change.Audited("anna", "action " + position, "done")));
  }

  static List<Commit> commits(long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(ChangeLogContract::commit).toList();
  }

  static List<Commit> replayed(ChangeLog log, long after) throws IOException {
    List<Commit> result = new ArrayList<>();
    log.replay(after, result::add);
    return result;
  }

  @Test
  void anEmptyLogHasNoPosition() throws Exception {
    try (ChangeLog log = open()) {
      assertThat(log.lastPosition()).isZero();
      assertThat(replayed(log, 0)).isEmpty();
    }
  }

  @Test
  void whatWasAppendedIsReplayedInOrderAfterReopening() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 3));
      log.append(commits(4, 4));
    }
    try (ChangeLog log = open()) {
      assertThat(log.lastPosition()).isEqualTo(4);
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 4));
      assertThat(replayed(log, 2)).isEqualTo(commits(3, 4));
      log.append(commits(5, 6));
      assertThat(replayed(log, 4)).isEqualTo(commits(5, 6));
    }
  }

  @Test
  void aGapIsRefused() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 1));
      assertThatThrownBy(() -> log.append(commits(3, 3)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(log.lastPosition()).isEqualTo(1);
    }
  }

  @Test
  void aBatchIsTakenWholeOrNotAtAllWhenACommitInItIsOutOfOrder() throws Exception {
    try (ChangeLog log = open()) {
      List<Commit> jumbled = List.of(commit(1), commit(2), commit(4));
      assertThatThrownBy(() -> log.append(jumbled)).isInstanceOf(IllegalArgumentException.class);
      assertThat(replayed(log, 0)).isEmpty();
      log.append(commits(1, 2));
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 2));
    }
  }

  @Test
  void aReaderMayComeWhileTheLogIsWritten() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 20));
      List<Long> read = new ArrayList<>();
      log.replay(
          0,
          commit -> {
            read.add(commit.position());
            appendOne(log);
          });
      assertThat(read).isEqualTo(LongStream.rangeClosed(1, 20).boxed().toList());
      assertThat(replayed(log, 0)).isEqualTo(commits(1, 40));
    }
  }

  private static void appendOne(ChangeLog log) {
    try {
      log.append(commits(log.lastPosition() + 1, log.lastPosition() + 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void truncatingKeepsEverythingAfterThePosition() throws Exception {
    try (ChangeLog log = open()) {
      log.append(commits(1, 50));
      log.truncate(30);
      assertThat(replayed(log, 30)).isEqualTo(commits(31, 50));
    }
    try (ChangeLog log = open()) {
      assertThat(log.lastPosition()).isEqualTo(50);
      assertThat(replayed(log, 30)).isEqualTo(commits(31, 50));
    }
  }
}
