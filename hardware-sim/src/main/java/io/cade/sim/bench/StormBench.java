package io.cade.sim.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.sim.control.ControlClient;
import io.cade.sim.control.ControlReply;
import io.cade.sim.demo.EngineApi;
import io.cade.sim.firmware.FirmwareStatistics;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Mains return and every card of the cabinet boots at once (SPEC B4): seconds until the engine has
 * all of them Available (or at work again), and what had to be sent twice on the way. The cabinet
 * is the demonstration: cards ask through their hubs over UDP, fetch by TFTP, and their agents
 * introduce themselves over mutual TLS; all of them run in one process beside the engine, so the
 * agents' own work on the same processors is in the time.
 */
final class StormBench {
  private static final Duration READY_LIMIT = Duration.ofMinutes(10);
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int SLOTS = 14;
  private static final Set<String> UP = Set.of("AVAILABLE", "ASSIGNED", "RUNNING");
  private static final Set<String> DOWN = Set.of("ABSENT", "OFF", "FAILED");

  private final Path launcher;
  private final PrintStream out;
  private final JsonMapper json = JsonMapper.builder().build();

  StormBench(Path launcher, PrintStream out) {
    this.launcher = launcher;
    this.out = out;
  }

  void run(boolean quick) throws IOException, InterruptedException {
    for (int chassis : quick ? List.of(5) : List.of(5, 10, 20)) {
      try (Workspace workspace = Workspace.create();
          Running demo = Running.demo(launcher, workspace, chassis)) {
        demo.awaitReady(READY_LIMIT);
        storm(workspace, chassis * SLOTS);
      }
    }
  }

  /** What was counted at one moment. */
  private record Moment(FirmwareStatistics.Counts sent, long dropped) {}

  private void storm(Workspace workspace, int cards) throws IOException, InterruptedException {
    EngineApi api = Running.engineOf(workspace);
    Path simulator = workspace.state().resolve("sim");
    ask(simulator, "mains", "off");
    await(api, cards, DOWN, System.nanoTime());
    Moment before = moment(simulator);
    long began = System.nanoTime();
    ask(simulator, "mains", "on");
    double half = await(api, cards / 2, UP, began);
    double all = await(api, cards, UP, began);
    Moment after = moment(simulator);
    String name = "storm_" + cards;
    BenchMain.figure(out, name + ".half_available_seconds", half, "s");
    BenchMain.figure(out, name + ".all_available_seconds", all, "s");
    BenchMain.figure(out, name + ".cards_per_second", cards / all, "1/s");
    FirmwareStatistics.Counts a = before.sent();
    FirmwareStatistics.Counts b = after.sent();
    BenchMain.figure(out, name + ".dhcp_sent", b.dhcpSent() - a.dhcpSent(), "datagrams");
    BenchMain.figure(out, name + ".dhcp_repeated", b.dhcpAgain() - a.dhcpAgain(), "datagrams");
    BenchMain.figure(out, name + ".tftp_sent", b.tftpSent() - a.tftpSent(), "datagrams");
    BenchMain.figure(out, name + ".tftp_repeated", b.tftpAgain() - a.tftpAgain(), "datagrams");
    BenchMain.figure(out, name + ".tftp_begun_anew", b.tftpRestarts() - a.tftpRestarts(), "files");
    BenchMain.figure(
        out, name + ".dropped_by_kernel", after.dropped() - before.dropped(), "datagrams");
  }

  /** Seconds from {@code began} until so many server cards are in one of the states. */
  private double await(EngineApi api, int cards, Set<String> states, long began)
      throws IOException, InterruptedException {
    int there = 0;
    while (System.nanoTime() - began < LIMIT.toNanos()) {
      there = 0;
      for (JsonNode card : api.get("/api/v1/cards").path("cards")) {
        boolean counts =
            card.path("role").asText().equals("SERVER")
                && states.contains(card.path("state").asText());
        there += counts ? 1 : 0;
      }
      if (there >= cards) {
        return (System.nanoTime() - began) / 1e9;
      }
      TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
    }
    throw new IOException(
        "only "
            + there
            + " of "
            + cards
            + " cards are "
            + states
            + " after "
            + LIMIT.toSeconds()
            + " s");
  }

  private Moment moment(Path simulator) throws IOException {
    Object traffic = ask(simulator, "status").details().get("bootTraffic");
    return new Moment(
        json.convertValue(traffic, FirmwareStatistics.Counts.class),
        droppedByKernel(Files.readAllLines(Path.of("/proc/net/snmp"))));
  }

  /** {@code RcvbufErrors} of the line {@code Udp:} of proc(5)'s net/snmp; of the whole machine. */
  static long droppedByKernel(List<String> snmp) throws IOException {
    List<String> udp = snmp.stream().filter(line -> line.startsWith("Udp: ")).toList();
    if (udp.size() == 2) {
      int column = List.of(udp.getFirst().split(" ")).indexOf("RcvbufErrors");
      if (column > 0) {
        return Long.parseLong(udp.getLast().split(" ")[column]);
      }
    }
    throw new IOException("/proc/net/snmp does not count dropped datagrams");
  }

  private static ControlReply ask(Path simulator, String... words) throws IOException {
    ControlReply reply = ControlClient.ask(simulator, List.of(words));
    if (!reply.ok()) {
      throw new IOException(String.join(" ", words) + ": " + reply.message());
    }
    return reply;
  }
}
