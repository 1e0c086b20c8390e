package io.cade.sim.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How many four-way exchanges per second the engine completes, beside Kea and dnsmasq where they
 * are installed: each on a cable of its own with the same 280 reservations, asked by {@code
 * perfdhcp} as a relay agent. The servers take turns at each load, so that a busy machine hits all
 * alike. Saturation is the best completed rate under any load; delays are those at half of it. The
 * generator of the load runs on the same processors and takes more of them than the servers do, so
 * that rates of fast servers come out closer together than they are; what a server itself spends on
 * an exchange is told as well, at one load for all.
 */
final class DhcpBench {
  private static final List<Integer> LOADS =
      List.of(
          2000, 4000, 6000, 7000, 8000, 9000, 10_000, 11_000, 12_000, 14_000, 17_000, 20_000,
          25_000);
  private static final List<Integer> QUICK_LOADS = List.of(5000, 9000, 13_000, 18_000);

  /** Beyond this share of unanswered questions more load only hurts. */
  private static final double DROWNING = 0.5;

  private static final int WARM_RATE = 5000;

  /** Of the slowest server's best rate: a load that all of them can stand. */
  private static final double COMMON_LOAD = 0.6;

  private final Path launcher;
  private final PrintStream out;

  DhcpBench(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  /** One server with its cable, and the best it has done. */
  private static final class Lane implements AutoCloseable {
    final DhcpContestant server;
    final BenchCable cable;
    final Process process;
    double best;
    boolean drowned;

    Lane(DhcpContestant server, BenchCable cable, Process process) {
      this.server = server;
      this.cable = cable;
      this.process = process;
    }

    @Override
    public void close() throws IOException, InterruptedException {
      DhcpContestant.stop(process);
      cable.close();
    }
  }

  void run(boolean quick) throws IOException, InterruptedException {
    if (!installed("perfdhcp")) {
      throw new IOException("needs perfdhcp (Debian's package kea-admin)");
    }
    try (Workspace workspace = Workspace.create()) {
      Path macs = workspace.root().resolve("macs");
      Files.write(macs, DhcpContestant.cards().values());
      List<Lane> lanes = new ArrayList<>();
      try {
        for (DhcpContestant server : DhcpContestant.values()) {
          if (installed(server)) {
            lanes.add(open(server, workspace));
          } else {
            out.println("without " + server.label() + ", which is not installed");
          }
        }
        for (Lane lane : lanes) {
          boolean compiles = lane.server == DhcpContestant.CADE;
          warm(lane, macs, compiles ? (quick ? 8 : 40) : 3);
        }
        saturate(lanes, macs, quick);
        report(lanes, macs, quick ? 2 : 5);
      } finally {
        for (Lane lane : lanes) {
          lane.close();
        }
      }
    }
  }

  private Lane open(DhcpContestant server, Workspace workspace)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectory(workspace.root().resolve(server.label()));
    BenchCable cable = BenchCable.lay(server.label());
    try {
      return new Lane(server, cable, server.start(cable, launcher, folder));
    } catch (IOException e) {
      cable.close();
      throw e;
    }
  }

  /** Waits until it answers, and lets compilers and caches settle. */
  private void warm(Lane lane, Path macs, int seconds) throws IOException, InterruptedException {
    for (int attempt = 0; ; attempt++) {
      if (!lane.process.isAlive() || attempt > 20) {
        throw new IOException(lane.server.label() + " does not answer");
      }
      if (Perfdhcp.run(lane.cable, macs, 20, 1, false).completed() > 5) {
        break;
      }
    }
    Perfdhcp.run(lane.cable, macs, WARM_RATE, seconds, false);
  }

  private void saturate(List<Lane> lanes, Path macs, boolean quick)
      throws IOException, InterruptedException {
    for (int load : quick ? QUICK_LOADS : LOADS) {
      for (Lane lane : lanes) {
        if (!lane.drowned) {
          Perfdhcp.Result r = Perfdhcp.run(lane.cable, macs, load, quick ? 1 : 3, false);
          out.printf(
              Locale.ROOT,
              "%s: of %.0f exchanges begun each second %.0f completed, %.1f %% unanswered%n",
              lane.server.label(),
              r.offered(),
              r.completed(),
              r.lost() * 100);
          out.flush();
          lane.best = Math.max(lane.best, r.completed());
          lane.drowned = r.lost() > DROWNING;
        }
      }
    }
  }

  private void report(List<Lane> lanes, Path macs, int seconds)
      throws IOException, InterruptedException {
    Map<DhcpContestant, Double> best = new EnumMap<>(DhcpContestant.class);
    Map<DhcpContestant, Perfdhcp.Result> half = new EnumMap<>(DhcpContestant.class);
    Map<DhcpContestant, Double> spent = new EnumMap<>(DhcpContestant.class);
    int common =
        (int) (COMMON_LOAD * lanes.stream().mapToDouble(lane -> lane.best).min().orElse(1));
    for (Lane lane : lanes) {
      best.put(lane.server, lane.best);
      spent.put(lane.server, microsPerExchange(lane, macs, Math.max(1, common), seconds));
      half.put(
          lane.server,
          Perfdhcp.run(lane.cable, macs, Math.max(1, (int) (lane.best / 2)), seconds, true));
      out.println(lane.server.label() + ": " + lane.server.description);
    }
    out.printf(Locale.ROOT, "load average before the figures: %s%n", load());
    half.forEach((server, result) -> {
      String prefix = server == DhcpContestant.CADE ? "dhcp." : "dhcp." + server.label() + "_";
      BenchMain.figure(out, prefix + "exchanges_per_second", best.getOrDefault(server, 0.0), "1/s");
      BenchMain.figure(out, prefix + "half_load_mean_delay", result.meanMillis(), "ms");
      BenchMain.figure(out, prefix + "half_load_p99_delay", result.p99Millis(), "ms");
      BenchMain.figure(out, prefix + "half_load_unanswered", result.lost() * 100, "%");
      BenchMain.figure(
          out, prefix + "processor_time_per_exchange", spent.getOrDefault(server, 0.0), "us");
    });
    out.printf(Locale.ROOT, "processor times are those at %d exchanges per second%n", common);
    double ours = best.getOrDefault(DhcpContestant.CADE, 0.0);
    best.forEach((server, rate) -> {
      if (server != DhcpContestant.CADE) {
        BenchMain.ratio(out, "dhcp.exchanges_per_second", server.label(), ours / rate);
      }
    });
    double ourTime = spent.getOrDefault(DhcpContestant.CADE, 0.0);
    spent.forEach((server, time) -> {
      if (server != DhcpContestant.CADE) {
        BenchMain.ratio(out, "dhcp.processor_time_per_exchange", server.label(), ourTime / time);
      }
    });
  }

  /** What the server's process alone spends, whatever the load's generator needs. */
  private static double microsPerExchange(Lane lane, Path macs, int load, int seconds)
      throws IOException, InterruptedException {
    ProcessHandle.Info before = lane.process.info();
    Perfdhcp.Result result = Perfdhcp.run(lane.cable, macs, load, seconds, false);
    ProcessHandle.Info after = lane.process.info();
    return after
            .totalCpuDuration()
            .orElse(Duration.ZERO)
            .minus(before.totalCpuDuration().orElse(Duration.ZERO))
            .toNanos()
        / 1e3
        / (result.completed() * seconds);
  }

  private static boolean installed(DhcpContestant server) {
    return switch (server) {
      case CADE -> true;
      case KEA -> installed("kea-dhcp4");
      case DNSMASQ -> installed("dnsmasq");
    };
  }

  private static boolean installed(String program) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    return Stream.of(path.split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(program)));
  }

  private static String load() throws IOException {
    Path file = Path.of("/proc/loadavg");
    return Files.isReadable(file) ? Files.readString(file).strip() : "unknown";
  }
}
