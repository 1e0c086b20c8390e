package io.cade.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Lease;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine's state in a process of its own, killed while it is being written. */
final class KillTest {
  private static final int ROUNDS = 8;
  private static final int SLOTS = 14;

  @TempDir Path directory;

  @Test
  @Timeout(180)
  void whateverWasAcknowledgedSurvivesKills() throws Exception {
    long seed = System.nanoTime();
    System.out.println("kill test seed " + seed);
    Random random = new Random(seed);
    // Of each slot, the number of the newest lease that was acknowledged in any round.
    Map<Integer, Long> acknowledged = new TreeMap<>();
    long position = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Path errors = directory.resolve("err" + round);
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-Xshare:auto",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Submitter.class.getName(),
                  directory.toString(),
                  String.valueOf(seed + round))
              .redirectError(errors.toFile())
              .start();
      int before = acknowledged.hashCode();
      position = Math.max(position, killAfter(child, 1 + random.nextInt(2_000), acknowledged));
      assertThat(acknowledged.hashCode())
          .as("child said: %s", Files.readString(errors))
          .isNotEqualTo(before);
      check(acknowledged, position, "seed " + seed + " round " + round);
    }
  }

  /** Reads acknowledgements, kills the child in the middle of them, and reads what is left. */
  private static long killAfter(Process child, int enough, Map<Integer, Long> acknowledged)
      throws Exception {
    long position = 0;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      String line;
      int read = 0;
      while ((line = out.readLine()) != null) {
        if (line.startsWith("ack ") && line.endsWith(".")) {
          String[] words = line.substring(0, line.length() - 1).split(" ");
          acknowledged.merge(Integer.valueOf(words[1]), Long.valueOf(words[2]), Math::max);
          position = Math.max(position, Long.parseLong(words[3]));
        }
        if (++read == enough) {
          // By its handle: Process.destroyForcibly would close the pipe that still holds
          // acknowledgements.
          child.toHandle().destroyForcibly();
        }
      }
    } finally {
      child.destroyForcibly();
      child.waitFor();
    }
    return position;
  }

  private void check(Map<Integer, Long> acknowledged, long position, String where)
      throws IOException {
    try (EngineState state = EngineState.open(directory, InstantSource.system())) {
      Cabinet cabinet = state.writer().current();
      assertThat(cabinet.position()).as(where).isGreaterThanOrEqualTo(position);
      acknowledged.forEach((slot, number) -> {
        Lease lease = cabinet.lease(new CardPosition(1, slot)).orElseThrow();
        assertThat(lease.expiresAt().getEpochSecond())
            .as("%s slot %d", where, slot)
            .isGreaterThanOrEqualTo(number);
      });
      state.checkpoint();
      assertThat(state.store().load()).as(where).isEqualTo(cabinet);
    }
  }

  /** Grants leases until it is killed; says each once it was acknowledged. */
  static final class Submitter {
    private Submitter() {}

    public static void main(String[] args) throws Exception {
      Random random = new Random(Long.parseLong(args[1]));
      // Several at once, so that batches are larger than one.
      Semaphore free = new Semaphore(32);
      EngineState state = EngineState.open(Path.of(args[0]), InstantSource.system());
      long number = state.writer().current().position();
      for (int i = 0; i < 200_000; i++) {
        int slot = 1 + random.nextInt(SLOTS);
        long n = ++number;
        free.acquire();
        var _ =
            state
                .writer()
                .submit((c, now) -> Decision.of(c.position() + 1, granted(slot, n)))
                .thenAccept(p -> say("ack " + slot + " " + n + " " + p + ".\n"))
                .whenComplete((v, e) -> free.release());
        if (i % 400 == 399) {
          var _ = state.requestCheckpoint();
        }
      }
    }

    private static void say(String line) {
      System.out.print(line);
      System.out.flush();
    }

    private static Change granted(int slot, long number) {
      CardPosition at = new CardPosition(1, slot);
      return new Change.LeaseGranted(
          at,
          new MacAddress("02:00:00:00:01:%02x".formatted(slot)),
          "127.1.1." + slot,
          Instant.ofEpochSecond(number));
    }
  }
}
