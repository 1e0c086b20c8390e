package io.cade.sim.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.WireJson;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One agent: how soon it is ready and what it keeps. A process of its own, started by the launcher
 * as on a card, against an engine's side with mutual TLS in this process; ready is when the engine
 * has answered its introduction. The first start enrols, the others have their certificate. Memory
 * is read some seconds later, from proc(5)'s {@code smaps_rollup}: resident with all that is shared
 * (the JDK's libraries and archives), and private alone. Beside it, with the same collector and
 * compiler, a Java that does nothing and one that has asked one question over TLS.
 *
 * <p>{@link #practise} is one such start in which the agent does what it does in a quiet life; the
 * launcher records it for the agent's ahead-of-time cache.
 */
final class AgentBench {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration SETTLE = Duration.ofSeconds(8);
  private static final int TICKS_A_SECOND = 100;

  private final Path launcher;
  private final PrintStream out;

  AgentBench(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  /** What one start came to: seconds, MiB, and seconds of processor time until it was read. */
  private record Start(double ready, double resident, double own, double cpu) {}

  /** Three starts when quick, else nine; the median of each figure counts. */
  void run(boolean quick) throws IOException, InterruptedException {
    try (Workspace workspace = Workspace.create();
        PracticeEngine engine =
            PracticeEngine.start(
                workspace.root().resolve("authority"), InstantSource.system(), List.of())) {
      List<String> agent = agent(workspace, engine);
      BenchMain.figure(out, "agent.enrolled_in", start(agent, engine.introductions).ready(), "s");
      List<Start> ours = new ArrayList<>();
      List<Start> bare = new ArrayList<>();
      List<Start> client = new ArrayList<>();
      for (int i = 0; i < (quick ? 3 : 9); i++) {
        ours.add(start(agent, engine.introductions));
        bare.add(start(floor(), null));
        client.add(
            start(
                floor(
                    "https://" + PracticeEngine.address() + ":" + engine.port() + "/v1/ask",
                    workspace.root().resolve("ca.pem").toString()),
                null));
      }
      print("agent", ours);
      print("java_idle", bare);
      print("java_tls", client);
      ratio("java_idle", ours, bare);
      ratio("java_tls", ours, client);
    }
  }

  private void print(String name, List<Start> starts) {
    BenchMain.figure(out, name + ".ready_seconds", median(starts, Start::ready), "s");
    BenchMain.figure(out, name + ".resident_mib", median(starts, Start::resident), "MiB");
    BenchMain.figure(out, name + ".private_mib", median(starts, Start::own), "MiB");
    BenchMain.figure(out, name + ".cpu_seconds", median(starts, Start::cpu), "s");
  }

  private void ratio(String peer, List<Start> ours, List<Start> theirs) {
    BenchMain.ratio(
        out,
        "agent.resident",
        peer,
        median(ours, Start::resident) / median(theirs, Start::resident));
    BenchMain.ratio(
        out, "agent.private", peer, median(ours, Start::own) / median(theirs, Start::own));
  }

  private static double median(
      List<Start> starts, java.util.function.ToDoubleFunction<Start> figure) {
    double[] sorted = starts.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /**
   * One agent enrols, is introduced, reports, carries out two orders that need nothing of the
   * machine, and ends.
   */
  void practise() throws IOException, InterruptedException {
    List<Command> orders = List.of(new Command.Ping(1), new Command.ReadLogs(2, "", 10, 0, 0));
    try (Workspace workspace = Workspace.create();
        PracticeEngine engine =
            PracticeEngine.start(
                workspace.root().resolve("authority"), InstantSource.system(), orders)) {
      try (Child child = new Child(agent(workspace, engine))) {
        child.await(engine.introductions);
        child.await(engine.idle);
        // Twice, so that what comes after the first report is in it.
        child.await(engine.reports);
        child.await(engine.reports);
      }
    }
  }

  /** Writes the agent's files; returns how it is started. */
  private List<String> agent(Workspace workspace, PracticeEngine engine) throws IOException {
    Path config = workspace.root().resolve("agent.json");
    Files.writeString(workspace.root().resolve("ca.pem"), engine.authorityPem());
    Files.write(
        workspace.root().resolve("boot.json"),
        new WireJson()
            .encode(
                new CardBootConfig(
                    new CardPosition(1, 1),
                    PracticeEngine.address(),
                    engine.port(),
                    engine.authorityPem(),
                    "practice",
                    PracticeEngine.address(),
                    freePort(),
                    18_000,
                    Duration.ofSeconds(2))));
    JsonMapper.builder()
        .build()
        .writeValue(
            config.toFile(),
            Map.of(
                "bootConfig", "boot.json",
                "directory", "card",
                "role", "server",
                "imageName", "practice",
                "imageVersion", "1"));
    return List.of(launcher.toString(), "agent", "--config", config.toString());
  }

  private static int freePort() throws IOException {
    try (DatagramSocket socket =
        new DatagramSocket(
            new InetSocketAddress(InetAddress.ofLiteral(PracticeEngine.address()), 0))) {
      return socket.getLocalPort();
    }
  }

  private static List<String> floor(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path").split(File.pathSeparator, 2)[0],
                JavaFloor.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static Start start(
      List<String> command, @org.jspecify.annotations.Nullable BlockingQueue<Long> signs)
      throws IOException, InterruptedException {
    if (signs != null) {
      signs.clear();
    }
    try (Child child = new Child(command)) {
      double ready = signs == null ? child.awaitLine() : child.await(signs);
      TimeUnit.NANOSECONDS.sleep(SETTLE.toNanos());
      return child.measured(ready);
    }
  }

  /** A process that is ended, and awaited, with this. */
  private static final class Child implements AutoCloseable {
    private final Process process;
    private final long began = System.nanoTime();

    Child(List<String> command) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
      builder.environment().put("CADE_NO_BUILD", "1");
      process = builder.start();
    }

    double await(BlockingQueue<Long> signs) throws IOException, InterruptedException {
      for (long end = began + LIMIT.toNanos(); System.nanoTime() < end; ) {
        Long at = signs.poll(200, TimeUnit.MILLISECONDS);
        if (at != null) {
          return (at - began) / 1e9;
        }
        if (!process.isAlive()) {
          throw new IOException("the agent ended with code " + process.exitValue());
        }
      }
      throw new IOException("the agent was not ready within " + LIMIT.toSeconds() + " s");
    }

    double awaitLine() throws IOException {
      String line = process.inputReader().readLine();
      if (!"READY".equals(line)) {
        throw new IOException("the bare program did not start: " + line);
      }
      return (System.nanoTime() - began) / 1e9;
    }

    Start measured(double ready) throws IOException {
      Path folder = Path.of("/proc", Long.toString(process.pid()));
      double resident = 0;
      double own = 0;
      for (String line : Files.readAllLines(folder.resolve("smaps_rollup"))) {
        if (line.startsWith("Rss:")) {
          resident = mebibytes(line);
        } else if (line.startsWith("Anonymous:")) {
          own = mebibytes(line);
        }
      }
      String stat = Files.readString(folder.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      double cpu = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 1.0 / TICKS_A_SECOND;
      return new Start(ready, resident, own, cpu);
    }

    @Override
    public void close() {
      process.destroy();
      try {
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Of a line {@code Rss: 12345 kB}. */
  static double mebibytes(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
  }
}
