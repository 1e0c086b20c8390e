package io.cade.sim.bench;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.Decision;
import io.cade.engine.model.Change;
import io.cade.engine.store.EngineState;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * How long the engine's state takes to open with 100,000 leases on record: all of them in the
 * store, as after an orderly end, and all of them only in the change log, as after a crash before
 * the store was forced. A fresh JVM has to compile its way through the first: both are told.
 */
final class LeasesBench {
  private static final int LEASES = 100_000;

  /** As many as the server commits together under load. */
  private static final int IN_FLIGHT = 500;

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  private final PrintStream out;

  LeasesBench(PrintStream out) {
    this.out = out;
  }

  void run(boolean quick) throws IOException, InterruptedException {
    try (Workspace workspace = Workspace.create()) {
      Path stored = Files.createDirectories(workspace.root().resolve("stored"));
      Path logged = Files.createDirectories(workspace.root().resolve("logged"));
      double granted = fill(stored, logged);
      out.printf("%d leases made durable one by one%n", LEASES);
      double first = open(stored);
      double firstReplay = openCopy(logged, workspace.root().resolve("copy"));
      List<Double> store = new ArrayList<>();
      List<Double> replay = new ArrayList<>();
      for (int i = 0; i < (quick ? 2 : 5); i++) {
        store.add(open(stored));
        replay.add(openCopy(logged, workspace.root().resolve("copy")));
      }
      BenchMain.figure(out, "leases.granted_per_second", granted, "1/s");
      BenchMain.figure(out, "leases.takeover_from_store_cold_seconds", first, "s");
      BenchMain.figure(out, "leases.takeover_from_log_cold_seconds", firstReplay, "s");
      BenchMain.figure(
          out, "leases.takeover_from_store_warm_seconds", BootBench.median(store), "s");
      BenchMain.figure(out, "leases.takeover_from_log_warm_seconds", BootBench.median(replay), "s");
    }
  }

  /**
   * Grants all leases, and keeps the log as it was before the store had anything.
   *
   * @return leases per second
   */
  private static double fill(Path folder, Path logOnly) throws IOException, InterruptedException {
    try (EngineState state = EngineState.open(folder, CLOCK)) {
      long began = System.nanoTime();
      List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
      for (int i = 0; i < LEASES; i++) {
        Change lease = lease(i);
        waiting.add(state.writer().submit((cabinet, at) -> Decision.of(true, lease)));
        if (waiting.size() == IN_FLIGHT) {
          await(waiting);
        }
      }
      await(waiting);
      double rate = LEASES / ((System.nanoTime() - began) / 1e9);
      copy(folder.resolve("log"), logOnly.resolve("log"));
      state.checkpoint();
      return rate;
    }
  }

  private static Change lease(int i) {
    String address = "10." + (64 + (i >> 16)) + "." + (i >> 8 & 255) + "." + (i & 255);
    MacAddress mac =
        MacAddress.of(new byte[] {2, 0, 0, (byte) (i >> 16), (byte) (i >> 8), (byte) i});
    return new Change.PoolLeaseGranted(
        address, "mac " + mac, mac, "host-" + i, NOW.plus(Duration.ofHours(1)));
  }

  private static void await(List<CompletableFuture<Boolean>> waiting)
      throws IOException, InterruptedException {
    try {
      for (CompletableFuture<Boolean> each : waiting) {
        each.get();
      }
      waiting.clear();
    } catch (ExecutionException e) {
      throw new IOException("a lease was not made durable: " + e.getCause(), e);
    }
  }

  private static double openCopy(Path from, Path to) throws IOException {
    copy(from, to);
    double seconds = open(to);
    delete(to);
    return seconds;
  }

  /** Seconds until all leases are there to be read. */
  private static double open(Path folder) throws IOException {
    long began = System.nanoTime();
    try (EngineState state = EngineState.open(folder, CLOCK)) {
      double seconds = (System.nanoTime() - began) / 1e9;
      int found = state.writer().current().poolLeases().size();
      if (found != LEASES) {
        throw new IOException("only " + found + " of " + LEASES + " leases were taken over");
      }
      return seconds;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
