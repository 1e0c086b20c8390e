package io.cade.sim.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.cade.sim.demo.EngineApi;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Routes change while visitors come (SPEC P6): operators give the cards of a site other weights, a
 * thousand times a second, through the engine's interface; every change is durable before it is
 * acknowledged, and what the proxies swap is always the newest whole. Visitors load both sites
 * through balancer and proxies at the same time. Counts the visitors' failures, of which there must
 * be none, and beside them the same visits with routes at rest.
 */
final class RoutesBench {
  private static final Duration READY_LIMIT = Duration.ofMinutes(2);
  private static final Duration CONVERGENCE_LIMIT = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final List<String> HOSTS = List.of("www.shop.example", "www.news.example");
  private static final int CHANGES_PER_SECOND = 1_000;
  private static final int OPERATORS = 32;
  private static final int WEIGHTS = 100;
  private static final int VISITS_PER_SECOND = 1_000;

  private final Path launcher;
  private final PrintStream out;

  RoutesBench(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  void run(boolean quick) throws IOException, InterruptedException {
    int seconds = quick ? 5 : 20;
    try (Workspace workspace = Workspace.create();
        Running demo = Running.demo(launcher, workspace, 1)) {
      demo.awaitReady(READY_LIMIT);
      String http = Running.endpoints(workspace).path("http").asText();
      int port = Integer.parseInt(http.substring(http.lastIndexOf(':') + 1));
      EngineApi api = Running.engineOf(workspace);
      JsonNode service = api.get("/api/v1/services/news");
      String card = service.path("placements").path(0).path("position").asText();
      api.post("/api/v1/services/news/settings?set=balancing=weighted");
      PacedVisitors.run(port, HOSTS, "/", VISITS_PER_SECOND, seconds); // warms up
      report("routes.at_rest", PacedVisitors.run(port, HOSTS, "/", VISITS_PER_SECOND, seconds));

      AtomicLong made = new AtomicLong();
      long began = System.nanoTime();
      long end = began + TimeUnit.SECONDS.toNanos(seconds);
      try (ExecutorService operators = Executors.newFixedThreadPool(OPERATORS)) {
        List<Future<?>> working = new ArrayList<>();
        for (int i = 0; i < OPERATORS; i++) {
          working.add(
              operators.submit(() -> {
                change(api, card, made, began, end);
                return null;
              }));
        }
        PacedVisitors.Result changed =
            PacedVisitors.run(port, HOSTS, "/", VISITS_PER_SECOND, seconds);
        for (Future<?> each : working) {
          await(each);
        }
        double elapsed = (System.nanoTime() - began) / 1e9;
        report("routes.changing", changed);
        BenchMain.figure(out, "routes.changes", made.get() / elapsed, "changes/s");
      }
      converge(api, card);
    }
  }

  /** One operator: takes the next change when it is due, as long as there is time. */
  private static void change(EngineApi api, String card, AtomicLong made, long began, long end)
      throws IOException, InterruptedException {
    while (true) {
      long number = made.get();
      long due = began + number * TimeUnit.SECONDS.toNanos(1) / CHANGES_PER_SECOND;
      long now = System.nanoTime();
      if (now >= end) {
        return;
      }
      if (due > now) {
        TimeUnit.NANOSECONDS.sleep(due - now);
      }
      if (made.compareAndSet(number, number + 1)) {
        set(api, card, 1 + number % WEIGHTS);
      }
    }
  }

  private static void await(Future<?> work) throws IOException, InterruptedException {
    try {
      work.get();
    } catch (ExecutionException e) {
      throw new IOException("a change was refused: " + e.getMessage(), e);
    }
  }

  private void report(String name, PacedVisitors.Result result) {
    BenchMain.figure(out, name + ".counted", result.requests(), "requests");
    BenchMain.figure(out, name + ".p50", result.p50Micros(), "us");
    BenchMain.figure(out, name + ".p99", result.p99Micros(), "us");
    BenchMain.figure(out, name + ".failed", result.failed(), "requests");
  }

  /** How long one more change takes to be what every proxy goes by. */
  private void converge(EngineApi api, String card) throws IOException, InterruptedException {
    long before = api.get("/api/v1/cabinet").path("logPosition").asLong();
    set(api, card, 1 + WEIGHTS); // none that it has had: else nothing would change
    long began = System.nanoTime();
    while (System.nanoTime() - began < CONVERGENCE_LIMIT.toNanos()) {
      List<Long> versions = new ArrayList<>();
      for (JsonNode proxy : api.get("/api/v1/proxies").path("proxies")) {
        if (proxy.path("role").asText().equals("PROXY")) {
          versions.add(proxy.path("routesVersion").asLong(-1));
        }
      }
      if (!versions.isEmpty() && versions.stream().allMatch(v -> v > before)) {
        BenchMain.figure(out, "routes.reported_by_all", (System.nanoTime() - began) / 1e6, "ms");
        return;
      }
      TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
    }
    throw new IOException(
        "a proxy has not the newest routes after " + CONVERGENCE_LIMIT.toSeconds() + " s");
  }

  private static void set(EngineApi api, String card, long weight)
      throws IOException, InterruptedException {
    api.post("/api/v1/services/news/settings?set=weight@" + card + "=" + weight);
  }
}
