package io.cade.agent.run;

import io.cade.agent.core.AgentTimings;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.gateway.TestGateway;
import io.cade.agent.run.ServiceProcesses.ServiceProcess;
import io.cade.agent.run.ServiceProcesses.ServiceSpec;
import io.cade.agent.site.StaticSite;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SoftwareDescriptor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Measures by hand what agents cost; no test. Two processes, so that the engine's side is not
 * counted: {@code gateway DIR} and {@code agents DIR COUNT}; {@code site DIR} times the start of a
 * site's process.
 */
final class AgentFootprint {
  private AgentFootprint() {}

  public static void main(String[] args) throws Exception {
    Path dir = Path.of(args[1]);
    switch (args[0]) {
      case "gateway" -> gateway(dir);
      case "agents" -> agents(dir, Integer.parseInt(args[2]));
      case "site" -> site(dir);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static CardPosition position(int index) {
    return new CardPosition(1 + index / 14, 1 + index % 14);
  }

  private static void gateway(Path dir) throws IOException, InterruptedException {
    try (TestGateway gateway = new TestGateway()) {
      for (int i = 0; i < 280; i++) {
        gateway.secrets.put("s" + i, position(i));
      }
      Files.writeString(dir.resolve("ca.pem"), gateway.authority.pem());
      Files.writeString(dir.resolve("port"), Integer.toString(gateway.port()));
      while (System.in.read() >= 0) {
        gateway.reports.clear();
      }
    }
  }

  private static long residentKib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }

  private static void agents(Path dir, int count) throws Exception {
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    AgentPlatform platform =
        new AgentPlatform(
            new HttpEngineChannels(executor, HttpEngineChannels.Timeouts.standard()),
            new InProcessServices(executor),
            InstantSource.system(),
            new SecureRandom(),
            AgentTimings.standard());
    String authority = Files.readString(dir.resolve("ca.pem"));
    int port = Integer.parseInt(Files.readString(dir.resolve("port")));
    List<Agent> agents = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      CardPosition position = position(i);
      CardBootConfig config =
          new CardBootConfig(
              position,
              "127.0.0.1",
              port,
              authority,
              "s" + i,
              "127.1." + position.chassis() + "." + position.slot(),
              1070,
              8000,
              Duration.ofSeconds(2));
      agents.add(
          Agent.start(
              new AgentEnvironment(
                  platform,
                  config,
                  CardRole.SERVER,
                  dir.resolve("card-" + position),
                  new HardwareDescriptor(
                      "Cade", "card", "S", new MacAddress("02:00:00:00:00:00"), 1, 0, List.of()),
                  new SoftwareDescriptor("1", "base", "1", "Linux"),
                  CardSensors.none(),
                  () -> config)));
    }
    System.out.printf(
        "figure agent.%d.started %.2f s (cpu %.2f s)%n", count, seconds(start), cpuNanos() / 1e9);
    while (!agents.stream().allMatch(Agent::online)) {
      Thread.sleep(10);
    }
    System.out.printf(
        "figure agent.%d.online %.2f s (cpu %.2f s)%n", count, seconds(start), cpuNanos() / 1e9);
    Thread.sleep(5_000);
    long cpu = cpuNanos();
    long from = System.nanoTime();
    Thread.sleep(10_000);
    double load = (cpuNanos() - cpu) / 1e9 / seconds(from) * 100;
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long heap = (runtime.totalMemory() - runtime.freeMemory()) / 1024;
    System.out.printf("figure agent.%d.heap %d KiB%n", count, heap);
    System.out.printf("figure agent.%d.resident %d KiB%n", count, residentKib());
    System.out.printf(
        "figure agent.%d.threads %d platform%n",
        count, ManagementFactory.getThreadMXBean().getThreadCount());
    System.out.printf("figure agent.%d.cpu %.1f percent%n", count, load);
    agents.forEach(Agent::kill);
    System.exit(0);
  }

  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean os
        ? os.getProcessCpuTime()
        : 0;
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static void site(Path dir) throws Exception {
    Files.writeString(dir.resolve("index.html"), "x");
    InetAddress card = InetAddress.ofLiteral("127.1.20.9");
    ServiceProcesses processes = new OsServiceProcesses(ServiceRuntimes.ofThisProcess());
    for (int i = 0; i < 8; i++) {
      InetSocketAddress address = new InetSocketAddress(card, FreePorts.tcp(card));
      long start = System.nanoTime();
      ServiceProcess process =
          processes.start(
              new ServiceSpec("shop", "static-site", dir, dir.resolve("scratch"), address));
      process.listening().join();
      double listening = seconds(start);
      while (!HealthProbe.answers(address, StaticSite.HEALTH)) {
        Thread.onSpinWait();
      }
      double answering = seconds(start);
      long resident =
          ProcessHandle.current()
              .children()
              .findFirst()
              .map(p -> Path.of("/proc/" + p.pid() + "/status"))
              .map(AgentFootprint::resident)
              .orElse(0L);
      System.out.printf(
          "figure site.start %.3f s listening, %.3f s answering, resident %d KiB%n",
          listening, answering, resident);
      process.stop();
      process.exited().join();
    }
  }

  private static long resident(Path status) {
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .sum();
    } catch (IOException e) {
      return 0;
    }
  }
}
