package io.cade.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Decision;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EngineStateTest {
  @TempDir Path directory;

  private static Change audited(long i) {
    return new Change.Audited("anna", "action " + i, "done");
  }

  @Test
  void aRestartHasEverythingFromStoreAndLog() throws Exception {
    Cabinet before;
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      for (Change change : CabinetStoreContract.story()) {
        state.writer().submit((c, now) -> Decision.of("", change)).get(10, TimeUnit.SECONDS);
      }
      before = state.writer().current();
    }
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      assertThat(state.writer().current()).isEqualTo(before);
      state.checkpoint();
    }
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      assertThat(state.writer().current()).isEqualTo(before);
    }
  }

  @Test
  void aLostDatabaseIsMadeAgainFromTheLog() throws Exception {
    Cabinet before;
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      for (Change change : CabinetStoreContract.story()) {
        state.writer().submit((c, now) -> Decision.of("", change)).get(10, TimeUnit.SECONDS);
      }
      before = state.writer().current();
    }
    delete(directory.resolve("store"));
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      assertThat(state.writer().current()).isEqualTo(before);
    }
  }

  @Test
  void aLogOlderThanTheDatabaseIsRefused() throws Exception {
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      state.writer().submit((c, now) -> Decision.of("", audited(1))).get(10, TimeUnit.SECONDS);
    }
    delete(directory.resolve("log"));
    assertThatThrownBy(() -> EngineState.open(directory, InstantSource.system()))
        .hasMessageContaining("restore a backup");
  }

  @Test
  void theDatabaseIsBroughtUpToTheLogAfterAStart() throws Exception {
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      for (int i = 0; i < 50; i++) {
        state.writer().submit((c, now) -> Decision.of("", audited(1))).get(10, TimeUnit.SECONDS);
      }
    }
    delete(directory.resolve("store"));
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      state.checkpoint();
      assertThat(state.store().audit(1_000)).hasSize(50);
    }
  }

  @Test
  void aLogThatStartsAfterTheDatabaseIsRefused() throws Exception {
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      state.writer().submit((c, now) -> Decision.of("", audited(1))).get(10, TimeUnit.SECONDS);
    }
    delete(directory.resolve("store"));
    try (Stream<Path> segments = Files.list(directory.resolve("log"))) {
      Path segment = segments.findFirst().orElseThrow();
      Files.move(segment, segment.resolveSibling("00000000000000000002.log"));
    }
    assertThatThrownBy(() -> EngineState.open(directory, InstantSource.system()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing");
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
