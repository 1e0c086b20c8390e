package io.cade.sim.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.cade.sim.demo.EngineApi;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The engine with the agents of a whole cabinet: what it needs while nothing happens, how long a
 * command takes from its order to its result, and how many commands it gets through. The cabinet is
 * the demonstration: real agents, each over mutual TLS from its own address, all in one process
 * beside the engine on the same processors. Every order and every result is durable before it is
 * acknowledged.
 *
 * <p>What is done to all cards at once (a change of the model, an update in waves) is done by the
 * commands that an operator types, and ends when the command does.
 */
final class AgentsBench {
  private static final Duration READY_LIMIT = Duration.ofMinutes(10);
  private static final Duration DRAINED_LIMIT = Duration.ofMinutes(3);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Set<String> UP = Set.of("AVAILABLE", "ASSIGNED", "RUNNING", "DEGRADED");
  private static final int SLOTS = 14;
  private static final int TICKS_A_SECOND = 100;
  private static final int ORDERS_AT_ONCE = 8;

  private final Path launcher;
  private final PrintStream out;

  AgentsBench(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  /** Quick: 70 agents and shorter times. */
  void run(boolean quick) throws IOException, InterruptedException {
    int chassis = quick ? 5 : 20;
    try (Workspace workspace = Workspace.create();
        Running demo = Running.demo(launcher, workspace, chassis)) {
      demo.awaitReady(READY_LIMIT);
      EngineApi api = Running.engineOf(workspace);
      long engine = Running.endpoints(workspace).path("pids").path("engine").asLong();
      List<String> cards = awaitCards(api, chassis * SLOTS);
      BenchMain.figure(out, "agents.agents", cards.size(), "agents");
      rest(engine, quick);
      latency(api, cards, quick ? 40 : 250);
      throughput(api, engine, cards, quick ? 20 : 40);
      Operator operator = new Operator(launcher, workspace);
      model(operator, engine, cards.size());
      update(operator, engine, cards.size());
      BenchMain.figure(
          out,
          "agents.engine_resident_mib",
          FootprintBench.residentMebibytes(
              Files.readAllLines(Path.of("/proc", Long.toString(engine), "status"))),
          "MiB");
    }
  }

  private static List<String> awaitCards(EngineApi api, int wanted)
      throws IOException, InterruptedException {
    List<String> up = new ArrayList<>();
    for (long end = System.nanoTime() + DRAINED_LIMIT.toNanos(); System.nanoTime() < end; ) {
      up.clear();
      for (JsonNode card : api.get("/api/v1/cards").path("cards")) {
        if (card.path("role").asText().equals("SERVER")
            && UP.contains(card.path("state").asText())) {
          up.add(card.path("position").asText());
        }
      }
      if (up.size() >= wanted) {
        return up;
      }
      TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
    }
    throw new IOException("only " + up.size() + " of " + wanted + " cards are up");
  }

  /**
   * Share of one core that the engine uses while all agents report and nothing is ordered: right
   * after all cards are up, when its code is still being compiled, and two minutes later.
   */
  private void rest(long engine, boolean quick) throws IOException, InterruptedException {
    TimeUnit.SECONDS.sleep(quick ? 3 : 10);
    BenchMain.figure(out, "agents.engine_cpu_after_start", share(engine, quick ? 8 : 30), "%");
    TimeUnit.SECONDS.sleep(quick ? 15 : 90);
    BenchMain.figure(out, "agents.engine_cpu_at_rest", share(engine, quick ? 8 : 30), "%");
  }

  private static double share(long engine, int seconds) throws IOException, InterruptedException {
    long ticks = ticks(engine);
    long began = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    return 100.0 * (ticks(engine) - ticks) / TICKS_A_SECOND / ((System.nanoTime() - began) / 1e9);
  }

  /** A changed model on all cards: one first, then fifty at a time, as an operator types it. */
  private void model(Operator operator, long engine, int cards)
      throws IOException, InterruptedException {
    Path file =
        operator.file(
            "server.yaml",
            """
            os:
              items:
                file:/etc/motd:
                  content: |
                    card {{card}}, {{address}}
                kernel:net.core.somaxconn:
                  value: "4096"
            """);
    operator.types("model", "edit", "server", "--file", file.toString(), "--why", "measured");
    long ticks = ticks(engine);
    long began = System.nanoTime();
    operator.types("model", "apply", "server", "--parallel", "50");
    BenchMain.figure(out, "agents.model_applied_in", (System.nanoTime() - began) / 1e9, "s");
    BenchMain.figure(out, "agents.model_engine_cpu", cpuMillis(engine, ticks) / cards, "ms/card");
  }

  /**
   * Another boot image on all cards: each is drained, restarts on trial, proves itself for two
   * seconds and keeps it; one first, then forty at a time. The time that a simulated card takes to
   * boot is part of it.
   */
  private void update(Operator operator, long engine, int cards)
      throws IOException, InterruptedException {
    Path kernel = operator.file("kernel", "a kernel");
    String image = operator.path("blade-sim-2.img");
    String bundle = operator.path("blade-sim-2.cade");
    operator.types(
        "image",
        "build",
        "--kernel",
        kernel.toString(),
        "--name",
        "blade-sim",
        "--version",
        "2",
        "--architecture",
        "x86_64",
        "--out",
        image);
    operator.types("update", "build", "--image", image, "--from", "1", "--out", bundle);
    operator.types("update", "import", bundle);
    long ticks = ticks(engine);
    long began = System.nanoTime();
    operator.types(
        "update",
        "start",
        "blade-sim:2",
        "--parallel",
        "40",
        "--gate",
        "2s",
        "--drain",
        "1s",
        "--wait",
        "1200");
    BenchMain.figure(out, "agents.updated_in", (System.nanoTime() - began) / 1e9, "s");
    BenchMain.figure(out, "agents.update_engine_cpu", cpuMillis(engine, ticks) / cards, "ms/card");
  }

  private static double cpuMillis(long engine, long before) throws IOException {
    return (ticks(engine) - before) * 1e3 / TICKS_A_SECOND;
  }

  /** One ping after the other, each to another card: from the durable order to its result. */
  private void latency(EngineApi api, List<String> cards, int pings)
      throws IOException, InterruptedException {
    List<String> order = new ArrayList<>(cards);
    Collections.shuffle(order, new Random(17));
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < pings; i++) {
      String card = order.get(i % order.size());
      long id = api.order("/api/v1/cards/" + card + "/ping").path("commands").path(0).asLong();
      millis.add(awaitEnd(api, card, id));
    }
    Collections.sort(millis);
    BenchMain.figure(out, "agents.poke_to_result_p50", at(millis, 0.5), "ms");
    BenchMain.figure(out, "agents.poke_to_result_p99", at(millis, 0.99), "ms");
  }

  private static double at(List<Double> sorted, double share) {
    return sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * share)));
  }

  private static double awaitEnd(EngineApi api, String card, long id)
      throws IOException, InterruptedException {
    for (long end = System.nanoTime() + DRAINED_LIMIT.toNanos(); System.nanoTime() < end; ) {
      for (JsonNode each : api.get("/api/v1/cards/" + card + "/commands").path("commands")) {
        if (each.path("id").asLong() == id && each.hasNonNull("endedAt")) {
          if (!each.path("state").asText().equals("done")) {
            throw new IOException("ping of card " + card + ": " + each.path("detail").asText());
          }
          return Duration.between(
                      Instant.parse(each.path("queuedAt").asText()),
                      Instant.parse(each.path("endedAt").asText()))
                  .toNanos()
              / 1e6;
        }
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    throw new IOException("card " + card + " did not answer");
  }

  /** So many commands for every card at once, until the last result is durable. */
  private void throughput(EngineApi api, long engine, List<String> cards, int each)
      throws IOException, InterruptedException {
    long ticks = ticks(engine);
    long began = System.nanoTime();
    try (ExecutorService orders = Executors.newFixedThreadPool(ORDERS_AT_ONCE)) {
      List<Callable<JsonNode>> all = new ArrayList<>();
      for (String card : cards) {
        all.add(() -> api.order("/api/v1/cards/" + card + "/ping?count=" + each));
      }
      for (Future<JsonNode> one : orders.invokeAll(all)) {
        var _ = one.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("an order failed: " + e.getCause(), e);
    }
    double ordered = (System.nanoTime() - began) / 1e9;
    awaitDrained(api);
    double seconds = (System.nanoTime() - began) / 1e9;
    int commands = cards.size() * each;
    BenchMain.figure(out, "agents.commands", commands, "commands");
    BenchMain.figure(out, "agents.ordered_in", ordered, "s");
    BenchMain.figure(out, "agents.commands_per_second", commands / seconds, "1/s");
    BenchMain.figure(
        out,
        "agents.engine_cpu_per_command",
        (ticks(engine) - ticks) * 1e6 / TICKS_A_SECOND / commands,
        "us");
  }

  private static void awaitDrained(EngineApi api) throws IOException, InterruptedException {
    int waiting = -1;
    for (long end = System.nanoTime() + DRAINED_LIMIT.toNanos(); System.nanoTime() < end; ) {
      waiting = 0;
      for (JsonNode card : api.get("/api/v1/cards").path("cards")) {
        waiting += card.path("commandsWaiting").asInt();
      }
      if (waiting == 0) {
        return;
      }
      TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
    }
    throw new IOException(waiting + " commands still wait");
  }

  /** Time of a process on the processors, from proc(5)'s stat. */
  private static long ticks(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }
}
