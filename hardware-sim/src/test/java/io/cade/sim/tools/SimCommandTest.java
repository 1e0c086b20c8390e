package io.cade.sim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.sim.control.ControlReply;
import io.cade.sim.control.ControlServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SimCommandTest {
  @TempDir Path state;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String line) {
    return SimCommand.run(
        line.split(" "),
        state,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pull 1.3",
        "insert 20.14",
        "replace 1.1",
        "power 1.3 off",
        "power 1.3 on",
        "heat 1.3 85",
        "heat 1.3 -12.5",
        "heat 1.3 off",
        "fan 1.2 fail",
        "fan 1.2 ok",
        "supply 1.1 fail",
        "supply 1.1 800",
        "disk 1.3.0 fail",
        "disk 1.3.1 replace",
        "mains off",
        "chassis 2 on",
        "edit 1.3 /etc/motd hello",
        "edit 1.3 /etc/motd --delete",
        "unit 1.3 cron stop",
        "look 1.3 file:/etc/motd",
        "status"
      })
  void everyDocumentedCommandIsSentAsItIs(String line) throws IOException {
    List<String> heard = new ArrayList<>();
    try (ControlServer _ =
        ControlServer.open(
            state.resolve("sim"),
            words -> {
              heard.add(String.join(" ", words));
              return ControlReply.done("so be it");
            })) {
      assertThat(run(line)).isZero();
      assertThat(heard).containsExactly(line);
      assertThat(out()).isEqualTo("so be it\n");
      assertThat(err()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "push 1.3",
        "pull",
        "pull 1.3 now",
        "pull 21.1",
        "pull 1.15",
        "pull 0.4",
        "pull x",
        "power 1.3 maybe",
        "heat 1.3 NaN",
        "heat 1.3 1e9",
        "heat 1.3 126",
        "fan 1 fail",
        "fan 0.1 fail",
        "supply 1.1 broken",
        "supply 1.1 0",
        "supply 1.1 4096",
        "disk 1.3 fail",
        "disk 1.3.2 fail",
        "disk 0.4.0 fail",
        "mains",
        "chassis 21 off",
        "chassis -1 off",
        "edit 1.3 etc/motd x",
        "edit 1.3 /etc/motd",
        "edit 0.4 /etc/motd x",
        "edit 1.3 --delete /etc/motd",
        "unit 1.3 cron",
        "unit 1.3 cron reload",
        "look 1.3",
        "status --xml",
        "pull 1.3 --state"
      })
  void aWrongCommandIsOneLineAndSentToNobody(String line) {
    assertThat(run(line)).isEqualTo(2);
    assertThat(out()).isEmpty();
    assertThat(err()).startsWith("cade sim: ").hasLineCount(1);
  }

  @Test
  void whatTheSimulatorRefusesIsSaidAndFails() throws IOException {
    try (ControlServer _ =
        ControlServer.open(
            state.resolve("sim"), _ -> ControlReply.failed("there is no card in slot 1.3"))) {
      assertThat(run("pull 1.3")).isEqualTo(1);
      assertThat(err()).isEqualTo("cade sim: there is no card in slot 1.3\n");
    }
  }

  @Test
  void jsonIsTheReplyAsItIs() throws IOException {
    try (ControlServer _ =
        ControlServer.open(state.resolve("sim"), _ -> ControlReply.failed("no card"))) {
      assertThat(run("--json pull 1.3")).isEqualTo(1);
      assertThat(out()).isEqualTo("{\"ok\":false,\"message\":\"no card\"}\n");
      assertThat(err()).isEmpty();
    }
  }

  @Test
  void theStateDirectoryMayBeNamedBeforeAndAfter() throws IOException {
    Path other = state.resolve("other");
    try (ControlServer _ =
        ControlServer.open(other.resolve("sim"), _ -> ControlReply.done("other"))) {
      assertThat(run("--state " + other + " mains off")).isZero();
      assertThat(run("mains off --state " + other)).isZero();
      assertThat(out()).isEqualTo("other\nother\n");
    }
  }

  @Test
  void withoutASimulatorItSaysWhereItLookedAndWhatToDo() {
    assertThat(run("mains off")).isEqualTo(3);
    assertThat(err())
        .hasLineCount(1)
        .contains(state.resolve("sim").resolve("control.sock").toString())
        .contains("./cade demo");
  }
}
