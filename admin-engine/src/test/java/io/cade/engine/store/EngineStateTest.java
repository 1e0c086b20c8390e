package io.cade.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.change.Decision;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
  @Timeout(120)
  void whateverWasAcknowledgedSurvivesKills() throws Exception {
    long seed = System.nanoTime();
    System.out.println("kill test seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 4; round++) {
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Submitter.class.getName(),
                  directory.toString())
              .redirectError(directory.resolve("err" + round).toFile())
              .start();
      List<Long> acknowledged = new ArrayList<>();
      int enough = 1 + random.nextInt(150);
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
        String line;
        while ((line = out.readLine()) != null && acknowledged.size() < enough) {
          acknowledge(acknowledged, line);
        }
        // By its handle: Process.destroyForcibly would close the pipe that still holds
        // acknowledgements.
        child.toHandle().destroyForcibly();
        while ((line = out.readLine()) != null) {
          acknowledge(acknowledged, line);
        }
      }
      child.waitFor();
      assertThat(acknowledged)
          .as("child said: %s", Files.readString(directory.resolve("err" + round)))
          .isNotEmpty();
      try (EngineState state = EngineState.open(directory, InstantSource.system())) {
        assertThat(state.writer().current().position())
            .as("seed %d round %d", seed, round)
            .isGreaterThanOrEqualTo(acknowledged.getLast());
      }
    }
  }

  private static void acknowledge(List<Long> acknowledged, String line) {
    if (line.startsWith("ack ")) {
      acknowledged.add(Long.parseLong(line.substring(4)));
    }
  }

  /** Submits until it is killed; says each position once it was acknowledged. */
  static final class Submitter {
    private Submitter() {}

    public static void main(String[] args) throws Exception {
      try (EngineState state = EngineState.open(Path.of(args[0]), InstantSource.system())) {
        for (int i = 0; i < 100_000; i++) {
          int n = i;
          long position =
              state
                  .writer()
                  .submit((c, now) -> Decision.of(c.position() + 1, audited(n)))
                  .get(10, TimeUnit.SECONDS);
          System.out.println("ack " + position);
          System.out.flush();
          if (i % 100 == 99) {
            state.checkpoint();
          }
        }
      }
    }
  }

  private static void delete(Path tree) throws java.io.IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
