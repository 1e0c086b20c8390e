package io.cade.sim.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The complete proxy card beside nginx and HAProxy: each pinned to one core, load and cards on the
 * other, 280 virtual hosts. The core of load and cards limits the rate, so the processor time per
 * request is the figure that tells. Rounds go from proxy to proxy, so that what else the machine
 * does hits all of them; the median counts.
 */
final class ProxyBench {
  private static final int CONNECTIONS = 64;
  private static final int WARM_UP_STEP = 4;
  private static final int MAX_WARM_UP = 60;

  /** What can be measured alone. */
  static final List<String> PARTS =
      List.of(
          "1k",
          "100k",
          "tls_1k",
          "tls_100k",
          "tls_handshake",
          "connection_each",
          "latency",
          "idle");

  /** Requests a second at which the added latency is measured. */
  private static final int PACE = 1_000;

  /** What one proxy did in one round. */
  private record Round(double perSecond, double cpuMicros, double p50, double p99, long failed) {}

  private final Path launcher;
  private final PrintStream out;

  ProxyBench(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  void run(boolean quick, Set<String> parts) throws IOException, InterruptedException {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw new IOException("needs two cores: one for the proxy, one for load and cards");
    }
    for (String tool : List.of("taskset", "wrk", "nginx")) {
      if (FileServer.program(tool).isEmpty()) {
        throw new IOException(
            "needs " + tool + ": apt-get install util-linux wrk nginx-light haproxy");
      }
    }
    pinMyself();
    int rounds = quick ? 2 : 5;
    int seconds = quick ? 2 : 5;
    try (Workspace workspace = Workspace.create()) {
      ProxyField field = new ProxyField(launcher, workspace.root(), 0, 1);
      List<WebProcess> proxies = new ArrayList<>();
      try (WebProcess cards = field.cards()) {
        proxies.add(field.cade(Optional.ofNullable(System.getenv("CADE_BENCH_PROXY_JAVA_OPTS"))));
        field.nginx().ifPresent(proxies::add);
        field.haproxy().ifPresent(proxies::add);
        memory("idle_kib", proxies);
        Path folder = workspace.root();
        // By name: how to load it, and whether in TLS.
        Map<String, Wrk> loads = new LinkedHashMap<>();
        loads.put("1k", new Wrk(1, folder, ProxyField.SITES, "/1k", false));
        loads.put("100k", new Wrk(1, folder, ProxyField.SITES, "/100k", false));
        loads.put("tls_1k", new Wrk(1, folder, 0, "/1k", false));
        loads.put("tls_100k", new Wrk(1, folder, 0, "/100k", false));
        loads.put("tls_handshake", new Wrk(1, folder, 0, "/1k", true));
        loads.put("connection_each", new Wrk(1, folder, 1, "/1k", true));
        loads.keySet().retainAll(parts);
        for (Map.Entry<String, Wrk> load : loads.entrySet()) {
          String name = load.getKey();
          compare(name, load.getValue(), proxies, rounds, seconds, name.startsWith("tls"));
        }
        if (parts.contains("latency")) {
          latency(cards, proxies, rounds, quick ? 3 : 10);
        }
        memory("after_load_kib", proxies);
        out.printf(Locale.ROOT, "cards used %.1f s of processor time%n", cards.cpuSeconds());
        for (WebProcess proxy : parts.contains("idle") ? proxies : List.<WebProcess>of()) {
          // HAProxy reserves two descriptors a visitor; 20,000 is a usual hard limit.
          idle(proxy, quick ? 2_000 : proxy.name().equals("haproxy") ? 9_000 : 10_000);
        }
      } finally {
        proxies.forEach(WebProcess::close);
      }
    }
  }

  /** The visitors that this process plays belong on the core of the load. */
  private static void pinMyself() throws IOException, InterruptedException {
    Process taskset =
        new ProcessBuilder(
                "taskset", "-a", "-p", "-c", "1", Long.toString(ProcessHandle.current().pid()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (taskset.waitFor() != 0) {
      throw new IOException("cannot put the load on one core");
    }
  }

  private static String url(WebProcess proxy, boolean tls) {
    return tls
        ? "https://" + ProxyField.TLS_HOST + ":" + proxy.https()
        : "http://127.0.0.1:" + proxy.http();
  }

  private void compare(
      String name, Wrk wrk, List<WebProcess> proxies, int rounds, int seconds, boolean tls)
      throws IOException, InterruptedException {
    warmUp(name, wrk, proxies.getFirst(), tls);
    Map<String, List<Round>> all = new HashMap<>();
    for (int round = -1; round < rounds; round++) {
      for (WebProcess proxy : proxies) {
        double before = proxy.cpuSeconds();
        Wrk.Result result = wrk.run(url(proxy, tls), CONNECTIONS, round < 0 ? 2 : seconds);
        double cpu = proxy.cpuSeconds() - before;
        if (result.requests() == 0) {
          throw new IOException(proxy.name() + " answered nothing in " + name);
        }
        // The first round warms up.
        if (round >= 0) {
          all.computeIfAbsent(proxy.name(), n -> new ArrayList<>())
              .add(
                  new Round(
                      result.perSecond(),
                      cpu * 1e6 / result.requests(),
                      result.p50Micros(),
                      result.p99Micros(),
                      result.failed()));
        }
      }
    }
    String key = "proxy." + name;
    figures(key + ".rate", "req/s", all, Round::perSecond);
    figures(key + ".cpu", "us/req", all, Round::cpuMicros);
    figures(key + ".p50", "us", all, Round::p50);
    figures(key + ".p99", "us", all, Round::p99);
    all.forEach((proxy, results) -> {
      long failed = results.stream().mapToLong(Round::failed).sum();
      if (failed > 0) {
        out.printf(Locale.ROOT, "%s of %s: %d requests failed%n", key, proxy, failed);
      }
    });
  }

  /**
   * A proxy runs for months, and what its just-in-time compilers do in its first minute is no part
   * of what a request costs. They share its core: it is loaded until they rest.
   */
  private void warmUp(String name, Wrk wrk, WebProcess cade, boolean tls)
      throws IOException, InterruptedException {
    double began = cade.compilerSeconds();
    int seconds = 0;
    double before;
    do {
      before = cade.compilerSeconds();
      wrk.run(url(cade, tls), CONNECTIONS, WARM_UP_STEP);
      seconds += WARM_UP_STEP;
    } while (cade.compilerSeconds() - before > WARM_UP_STEP * 0.03 && seconds < MAX_WARM_UP);
    out.printf(
        Locale.ROOT,
        "proxy.%s: warmed up for %d s, of which its compilers took %.1f s%n",
        name,
        seconds,
        cade.compilerSeconds() - began);
  }

  private void figures(
      String name,
      String unit,
      Map<String, List<Round>> all,
      java.util.function.ToDoubleFunction<Round> part) {
    Map<String, Double> medians = new HashMap<>();
    all.forEach((proxy, rounds) ->
        medians.put(
            proxy, BootBench.median(rounds.stream().map(r -> part.applyAsDouble(r)).toList())));
    double ours = medians.getOrDefault("cade", 0.0);
    BenchMain.figure(out, name, ours, unit);
    medians.forEach((proxy, median) -> {
      if (!proxy.equals("cade")) {
        out.printf(Locale.ROOT, "%s of %s: %.2f %s%n", name, proxy, median, unit);
        BenchMain.ratio(out, name, proxy, ours / median);
      }
    });
  }

  private void memory(String name, List<WebProcess> proxies) throws IOException {
    for (WebProcess proxy : proxies) {
      out.printf(Locale.ROOT, "proxy.%s of %s: %d KiB%n", name, proxy.name(), proxy.residentKib());
    }
  }

  /** What each proxy adds to the time that the cards themselves take, at a moderate rate. */
  private void latency(WebProcess cards, List<WebProcess> proxies, int rounds, int seconds)
      throws IOException, InterruptedException {
    List<WebProcess> all = new ArrayList<>(proxies);
    all.add(cards);
    Map<String, List<Double>> p50 = new HashMap<>();
    Map<String, List<Double>> p99 = new HashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (WebProcess each : all) {
        PacedVisitors.Result result =
            PacedVisitors.run(each.http(), Wrk.hosts(16), "/1k", PACE, seconds);
        if (result.failed() > 0) {
          throw new IOException(each.name() + " left " + result.failed() + " visitors unanswered");
        }
        p50.computeIfAbsent(each.name(), n -> new ArrayList<>()).add(result.p50Micros());
        p99.computeIfAbsent(each.name(), n -> new ArrayList<>()).add(result.p99Micros());
      }
    }
    added("proxy.added_p50", p50, cards.name());
    added("proxy.added_p99", p99, cards.name());
  }

  private void added(String name, Map<String, List<Double>> micros, String cards) {
    Map<String, Double> medians = new HashMap<>();
    micros.forEach((who, values) -> medians.put(who, BootBench.median(values)));
    double direct = medians.getOrDefault(cards, 0.0);
    double ours = medians.getOrDefault("cade", 0.0) - direct;
    out.printf(Locale.ROOT, "%s: the cards themselves take %.0f us%n", name, direct);
    BenchMain.figure(out, name, ours, "us");
    medians.forEach((who, median) -> {
      if (!who.equals("cade") && !who.equals(cards)) {
        out.printf(Locale.ROOT, "%s of %s: %.2f us%n", name, who, median - direct);
        BenchMain.ratio(out, name, who, ours / (median - direct));
      }
    });
  }

  /** What visitors that keep their connection and say nothing cost. */
  private void idle(WebProcess proxy, int visitors) throws IOException, InterruptedException {
    long before = proxy.residentKib();
    try (IdleVisitors idle = IdleVisitors.of(proxy.http(), visitors)) {
      double each = (double) (proxy.residentKib() - before) / idle.count();
      if (proxy.name().equals("cade")) {
        BenchMain.figure(out, "proxy.idle_visitor", each, "KiB");
      } else {
        out.printf(Locale.ROOT, "proxy.idle_visitor of %s: %.2f KiB%n", proxy.name(), each);
      }
    }
  }
}
