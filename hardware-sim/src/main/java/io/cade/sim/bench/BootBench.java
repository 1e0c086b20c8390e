package io.cade.sim.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long until the demonstration is ready, and the engine alone. Times run from the start of the
 * process, so the launcher and the JVM count; each demonstration starts on an empty state
 * directory, the engine on that of the last one.
 */
final class BootBench {
  private static final Duration SMALL_LIMIT = Duration.ofMinutes(2);
  private static final Duration LARGE_LIMIT = Duration.ofMinutes(10);
  private static final int LARGE_CHASSIS = 20;

  private final Path launcher;
  private final PrintStream out;

  BootBench(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  void run(boolean quick) throws IOException, InterruptedException {
    int runs = quick ? 1 : 3;
    List<Double> demos = new ArrayList<>();
    List<Double> engines = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      try (Workspace workspace = Workspace.create()) {
        demos.add(demo(workspace, 2, SMALL_LIMIT));
        for (int j = 0; j < 3; j++) {
          engines.add(engine(workspace));
        }
      }
    }
    Optional<Double> large = Optional.empty();
    if (!quick) {
      try (Workspace workspace = Workspace.create()) {
        large = Optional.of(demo(workspace, LARGE_CHASSIS, LARGE_LIMIT));
      }
    }
    BenchMain.figure(out, "demo.ready_seconds", median(demos), "s");
    BenchMain.figure(out, "engine.ready_seconds", median(engines), "s");
    if (large.isPresent()) {
      BenchMain.figure(out, "demo.ready_280_seconds", large.get(), "s");
    }
  }

  private double demo(Workspace workspace, int chassis, Duration limit)
      throws IOException, InterruptedException {
    try (Running demo = Running.demo(launcher, workspace, chassis)) {
      double seconds = demo.awaitReady(limit);
      out.printf("demo with %d cards ready in %.2f s%n", chassis * 14, seconds);
      return seconds;
    }
  }

  private double engine(Workspace workspace) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            launcher.toString(),
            "engine",
            "--config",
            workspace.state().resolve("engine.yaml").toString(),
            "--exit-on-stdin-eof");
    try (Running engine = Running.start(command)) {
      double seconds = engine.awaitReady(SMALL_LIMIT);
      out.printf("engine ready in %.2f s%n", seconds);
      return seconds;
    }
  }

  /** Middle value; of an even number the lower middle. */
  static double median(List<Double> values) {
    return values.stream().sorted().toList().get((values.size() - 1) / 2);
  }
}
