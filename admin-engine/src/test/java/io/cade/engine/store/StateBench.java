package io.cade.engine.store;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Change;
import io.cade.engine.model.Severity;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Figures of log, writer and store, for a machine that does nothing else. Arguments: a directory on
 * the disk to be measured, which is emptied afterwards, and seconds for each figure.
 */
final class StateBench {
  private final Path directory;
  private final Duration time;

  private StateBench(Path directory, Duration time) {
    this.directory = directory;
    this.time = time;
  }

  public static void main(String[] args) throws Exception {
    Path parent = Path.of(args.length > 0 ? args[0] : System.getProperty("java.io.tmpdir"));
    Duration time = Duration.ofSeconds(args.length > 1 ? Long.parseLong(args[1]) : 3);
    Path directory = Files.createTempDirectory(parent, "state-bench");
    try {
      new StateBench(directory, time).run();
    } finally {
      delete(directory);
    }
  }

  private void run() throws Exception {
    long began = System.nanoTime();
    EngineState.open(directory.resolve("a"), InstantSource.system()).close();
    figure("state.first_open", millis(began), "ms");
    try (EngineState state = open("a", "state.open")) {
      submit(state.writer(), 64, "warm");
      submit(state.writer(), 64, "state.submit64");
      submit(state.writer(), 1, "state.submit1");
      began = System.nanoTime();
      state.checkpoint();
      figure("state.catch_up_after_submits", millis(began), "ms");
    }
    manyAlarms();
    replay();
  }

  private EngineState open(String name, String figure) throws IOException {
    long began = System.nanoTime();
    EngineState state = EngineState.open(directory.resolve(name), InstantSource.system());
    figure(figure, millis(began), "ms");
    return state;
  }

  private void submit(ChangeWriter writer, int submitters, String name) throws Exception {
    List<long[]> all = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    long began = System.nanoTime();
    long end = began + time.toNanos();
    for (int i = 0; i < submitters; i++) {
      int slot = 1 + i % 14;
      int chassis = 1 + i / 14;
      long[] latencies = new long[1 + 4_000_000 / submitters];
      all.add(latencies);
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                int n = 1;
                while (System.nanoTime() < end && n < latencies.length) {
                  long at = System.nanoTime();
                  Change change = granted(chassis, slot, n);
                  writer.submit((c, now) -> Decision.of("", change)).join();
                  latencies[n++] = System.nanoTime() - at;
                }
                latencies[0] = n - 1L;
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    long[] sorted =
        all.stream().flatMapToLong(l -> Arrays.stream(l, 1, (int) l[0] + 1)).sorted().toArray();
    figure(name + "_per_second", sorted.length / seconds, "1/s");
    figure(name + "_p50", sorted[sorted.length / 2] / 1e3, "us");
    figure(name + "_p99", sorted[(int) (sorted.length * 0.99)] / 1e3, "us");
  }

  /** What a change costs while the operations centre has not taken 100,000 notifications. */
  private void manyAlarms() throws Exception {
    try (EngineState state = open("alarms", "state.other_open")) {
      AlarmKey key = new AlarmKey(AlarmType.CARD_LOST, "card 1.1");
      for (int i = 0; i < 50; i++) {
        List<Change> changes = new ArrayList<>();
        for (int k = 0; k < 1_000; k++) {
          changes.add(new Change.AlarmRaised(key, Severity.MAJOR, "gone"));
          changes.add(new Change.AlarmCleared(key, "back"));
        }
        state.writer().submit((c, now) -> new Decision<>(changes, "")).get(60, TimeUnit.SECONDS);
      }
      long began = System.nanoTime();
      state.checkpoint();
      figure("state.store_100000_notifications", millis(began), "ms");
      int rounds = 2_000;
      long[] took =
          LongStream.range(0, rounds)
              .map(i -> {
                Change change =
                    i % 2 == 0
                        ? new Change.AlarmRaised(key, Severity.MAJOR, "gone")
                        : new Change.AlarmCleared(key, "back");
                long at = System.nanoTime();
                state.writer().submit((c, now) -> Decision.of("", change)).join();
                return System.nanoTime() - at;
              })
              .sorted()
              .toArray();
      figure("state.alarm_with_100000_notifications_p50", took[rounds / 2] / 1e3, "us");
    }
    open("alarms", "state.open_100000_notifications").close();
  }

  // Fewer commits than those after which the log is shortened.
  private void replay() throws Exception {
    try (EngineState state = open("replay", "state.other_open")) {
      for (int i = 0; i < 99; i++) {
        List<Thread> threads = new ArrayList<>();
        for (int k = 0; k < 10; k++) {
          threads.add(
              Thread.ofVirtual()
                  .start(() -> {
                    var all =
                        LongStream.range(0, 100)
                            .mapToObj(n ->
                                state
                                    .writer()
                                    .submit((c, now) ->
                                        Decision.of(
                                            "",
                                            granted(
                                                1 + (int) (n % 20), 1 + (int) (n % 14), (int) n))))
                            .toList();
                    all.forEach(f -> f.join());
                  }));
        }
        for (Thread thread : threads) {
          thread.join();
        }
      }
    }
    delete(directory.resolve("replay").resolve("store"));
    open("replay", "state.open_replaying_99000_commits").close();
  }

  private static Change granted(int chassis, int slot, int n) {
    return new Change.LeaseGranted(
        new CardPosition(chassis, slot),
        new MacAddress("02:00:00:00:%02x:%02x".formatted(chassis, slot)),
        "127.1." + chassis + "." + slot,
        Instant.ofEpochSecond(n));
  }

  private static double millis(long began) {
    return (System.nanoTime() - began) / 1e6;
  }

  private static void figure(String name, double value, String unit) {
    System.out.println(String.format(Locale.ROOT, "figure %s %.1f %s", name, value, unit));
  }

  private static void delete(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
