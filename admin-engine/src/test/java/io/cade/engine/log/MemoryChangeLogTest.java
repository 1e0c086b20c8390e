package io.cade.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class MemoryChangeLogTest extends ChangeLogContract {
  private final MemoryChangeLog log = new MemoryChangeLog();

  @Override
  ChangeLog open() {
    return log;
  }

  @Test
  void ofATornBatchOnlyTheSurvivorsAreFoundAfterTheCrash() throws Exception {
    log.append(commits(1, 2));
    log.tearNext(1);
    assertThatThrownBy(() -> log.append(commits(3, 5))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> log.append(commits(3, 5))).isInstanceOf(IOException.class);
    log.crash();
    assertThat(replayed(log, 0)).isEqualTo(commits(1, 3));
    log.append(commits(4, 4));
    assertThat(replayed(log, 0)).isEqualTo(commits(1, 4));
  }

  @Test
  void afterAFailedWriteNothingIsTakenUntilTheLogIsOpenedAgain() throws Exception {
    log.failing(true);
    assertThatThrownBy(() -> log.append(commits(1, 1))).isInstanceOf(IOException.class);
    log.failing(false);
    assertThatThrownBy(() -> log.append(commits(1, 1))).isInstanceOf(IOException.class);
    log.crash();
    log.append(commits(1, 1));
    assertThat(replayed(log, 0)).isEqualTo(commits(1, 1));
  }
}
