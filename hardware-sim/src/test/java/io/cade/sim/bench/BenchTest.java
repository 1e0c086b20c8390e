package io.cade.sim.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BenchTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void unknownMeasurementIsAUsageError(@TempDir Path home) {
    assertThat(run(home, "fly")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("unknown measurement 'fly'").contains("boot");
    assertThat(run(home)).isEqualTo(2);
    assertThat(run(home, "boot", "--fast")).isEqualTo(2);
  }

  @Test
  void demoThatFailsIsReportedWithItsLastWords(@TempDir Path home) throws IOException {
    launcher(home, "echo 'cade demo: port 8080 is in use'; exit 1");

    assertThat(run(home, "boot", "--quick")).isEqualTo(1);

    assertThat(err.toString(UTF_8)).contains("port 8080 is in use");
    assertThat(out.toString(UTF_8)).doesNotContain("figure");
  }

  @Test
  void quickBootPrintsBothFigures(@TempDir Path home) throws IOException {
    launcher(home, "echo \"READY $1 in 0.1 s\"; exec sleep 60");

    assertThat(run(home, "boot", "--quick")).isZero();

    assertThat(out.toString(UTF_8).lines().filter(l -> l.startsWith("figure ")))
        .satisfiesExactly(
            demo -> assertThat(demo).matches("figure demo.ready_seconds \\d+\\.\\d\\d s"),
            engine -> assertThat(engine).matches("figure engine.ready_seconds \\d+\\.\\d\\d s"));
  }

  @Test
  void silentProgramIsGivenUp() throws Exception {
    try (Running silent = Running.start(List.of("sleep", "60"))) {
      assertThatThrownBy(() -> silent.awaitReady(Duration.ofMillis(50)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not ready");
    }
  }

  @Test
  void medianOfRunsIsTheMiddleOne() {
    assertThat(BootBench.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2.0);
    assertThat(BootBench.median(List.of(2.0, 1.0))).isEqualTo(1.0);
  }

  @Test
  void agentThatDoesNotStartIsReported(@TempDir Path home) throws IOException {
    launcher(home, "exit 3");

    assertThat(run(home, "agent", "--quick")).isEqualTo(1);

    assertThat(err.toString(UTF_8)).contains("the agent ended with code 3");
    assertThat(out.toString(UTF_8)).doesNotContain("figure");
  }

  @Test
  void agentPractisesAgainstAnEngineOfItsOwnUntilItHasNothingMoreToDo(@TempDir Path home)
      throws IOException {
    launcher(
        home,
        "[ \"$1\" = agent ] || exit 3; shift; exec '"
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + "' -Xmx64m -cp '"
            + System.getProperty("java.class.path")
            + "' io.cade.agent.app.AgentMain \"$@\"");

    assertThat(run(home, "agent", "--practise")).as(err.toString(UTF_8)).isZero();
  }

  @Test
  void residentMemoryIsReadFromTheStatusOfAProcess() throws IOException {
    assertThat(
            FootprintBench.residentMebibytes(
                List.of("Name:\tjava", "VmRSS:\t  262144 kB", "Threads:\t9")))
        .isEqualTo(256.0);
    assertThatThrownBy(() -> FootprintBench.residentMebibytes(List.of("Name:\tjava")))
        .isInstanceOf(IOException.class);
  }

  private int run(Path home, String... args) {
    return BenchMain.run(
        args,
        home.toString(),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  private static void launcher(Path home, String body) throws IOException {
    Path file = home.resolve("cade");
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void datagramsThatTheKernelDroppedAreReadFromItsStatistics() throws IOException {
    List<String> snmp =
        List.of(
            "Ip: Forwarding DefaultTTL",
            "Ip: 1 64",
            "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors",
            "Udp: 100 2 7 90 5 0",
            "UdpLite: InDatagrams",
            "UdpLite: 0");
    assertThat(StormBench.droppedByKernel(snmp)).isEqualTo(5);
    assertThatThrownBy(() -> StormBench.droppedByKernel(List.of("Udp: 1")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatPerfdhcpReportsIsRead() throws IOException {
    Perfdhcp.Result result =
        Perfdhcp.parse(
            """
            ***Rate statistics***
            Rate: 2760.67 4-way exchanges/second, expected rate: 3000
            ***Statistics for: DISCOVER-OFFER***
            sent packets: 9000
            received packets: 8500
            drops: 500
            ***Statistics for: REQUEST-ACK***
            sent packets: 8500
            received packets: 8300
            ***Timestamps for packets: DISCOVER-OFFER***
            sent / received: 000000.710000 / 000000.710500
            ***Timestamps for packets: REQUEST-ACK***
            sent / received: 000000.999500 / 000001.001000
            """,
            3);
    assertThat(result.completed()).isEqualTo(2760.67);
    assertThat(result.offered()).isEqualTo(3000);
    assertThat(result.lost()).isEqualTo(0.04);
    assertThat(result.meanMillis()).isCloseTo(1.0, within(1e-6));
    assertThat(result.p99Millis()).isCloseTo(1.5, within(1e-6));
    assertThatThrownBy(() -> Perfdhcp.parse("perfdhcp: no such host", 3))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no such host");
  }
}
