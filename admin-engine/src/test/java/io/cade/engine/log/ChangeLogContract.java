package io.cade.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Commit;
import io.cade.engine.model.Change;
import java.io.IOException;
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
