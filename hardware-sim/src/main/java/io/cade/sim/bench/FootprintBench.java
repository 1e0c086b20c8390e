package io.cade.sim.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Resident memory of each process of a demonstration with 28 cards, some seconds after it became
 * ready. Read from {@code /proc}, so on Linux only.
 */
final class FootprintBench {
  private static final Duration READY_LIMIT = Duration.ofMinutes(2);
  private static final Duration SETTLE = Duration.ofSeconds(5);

  private final Path launcher;
  private final PrintStream out;

  FootprintBench(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  void run() throws IOException, InterruptedException {
    try (Workspace workspace = Workspace.create();
        Running demo = Running.demo(launcher, workspace, 2)) {
      demo.awaitReady(READY_LIMIT);
      TimeUnit.NANOSECONDS.sleep(SETTLE.toNanos());
      double sum = 0;
      for (Map.Entry<String, Long> process : pids(workspace).entrySet()) {
        double mebibytes = residentMebibytes(process.getValue());
        sum += mebibytes;
        String name = process.getKey().replace('-', '_');
        BenchMain.figure(out, name + ".resident_mib", mebibytes, "MiB");
      }
      BenchMain.figure(out, "cabinet.resident_mib", sum, "MiB");
    }
  }

  private static Map<String, Long> pids(Workspace workspace) throws IOException {
    JsonNode pids =
        new ObjectMapper()
            .readTree(workspace.state().resolve("endpoints.json").toFile())
            .path("pids");
    Map<String, Long> byRole = new TreeMap<>();
    pids.properties().forEach(entry -> byRole.put(entry.getKey(), entry.getValue().asLong()));
    if (byRole.isEmpty()) {
      throw new IOException("endpoints.json of the demonstration names no process");
    }
    return byRole;
  }

  private static double residentMebibytes(long pid) throws IOException {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.isReadable(status)) {
      throw new IOException("cannot read " + status + "; memory is measured on Linux only");
    }
    try (Stream<String> lines = Files.lines(status)) {
      return residentMebibytes(lines.toList());
    }
  }

  /** The line {@code VmRSS: 12345 kB} of proc(5). */
  static double residentMebibytes(List<String> status) throws IOException {
    for (String line : status) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IOException("the process has ended");
  }
}
