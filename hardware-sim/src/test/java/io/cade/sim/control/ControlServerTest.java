package io.cade.sim.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ControlServerTest {
  @TempDir Path folder;

  private static String raw(Path socket, String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      channel.shutdownOutput();
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aCommandReachesTheHandlerAndItsReplyTheTechnician() throws IOException {
    List<List<String>> heard = new ArrayList<>();
    try (ControlServer _ =
        ControlServer.open(
            folder.resolve("sim"),
            words -> {
              heard.add(words);
              return new ControlReply(true, "card 1.3 is out", Map.of("powered", 27));
            })) {
      ControlReply reply = ControlClient.ask(folder.resolve("sim"), List.of("pull", "1.3"));
      assertThat(reply).isEqualTo(new ControlReply(true, "card 1.3 is out", Map.of("powered", 27)));
      assertThat(heard).containsExactly(List.of("pull", "1.3"));
    }
  }

  @Test
  void oneLineOfJsonGoesEachWay() throws IOException {
    try (ControlServer server =
        ControlServer.open(folder.resolve("sim"), words -> ControlReply.done("done " + words))) {
      assertThat(raw(server.socket(), "{\"command\":[\"status\"]}\n"))
          .isEqualTo("{\"ok\":true,\"message\":\"done [status]\"}\n");
    }
  }

  @Test
  void onlyTheOwnerMayConnect() throws IOException {
    try (ControlServer server =
        ControlServer.open(folder.resolve("sim"), _ -> ControlReply.done(""))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.socket())))
          .isEqualTo("rw-------");
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("sim"))))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void whatIsNoCommandIsRefusedWithoutReachingTheHandler() throws IOException {
    List<List<String>> heard = new ArrayList<>();
    try (ControlServer server =
        ControlServer.open(
            folder.resolve("sim"),
            words -> {
              heard.add(words);
              return ControlReply.done("");
            })) {
      Path socket = server.socket();
      assertThat(raw(socket, "hello\n")).startsWith("{\"ok\":false,\"message\":\"not a command:");
      assertThat(raw(socket, "{\"command\":[]}\n")).contains("1 to 8 words");
      assertThat(raw(socket, "{\"command\":[\"pull\"]}")).contains("without a whole line");
      assertThat(raw(socket, "x".repeat(ControlProtocol.MAX_REQUEST))).contains("more than 4096");
      assertThat(heard).isEmpty();
    }
  }

  @Test
  void aHandlerThatFailsIsAnAnswerAndNotTheEnd() throws IOException {
    try (ControlServer _ =
        ControlServer.open(
            folder.resolve("sim"),
            words -> {
              if (words.contains("1.1")) {
                throw new IllegalStateException("broken");
              }
              return ControlReply.done("fine");
            })) {
      ControlReply broken = ControlClient.ask(folder.resolve("sim"), List.of("pull", "1.1"));
      assertThat(broken.ok()).isFalse();
      assertThat(broken.message()).contains("broken");
      assertThat(ControlClient.ask(folder.resolve("sim"), List.of("pull", "1.2")).ok()).isTrue();
    }
  }

  @Test
  void moreCommandsThanConnectionsAreAllAnswered() throws Exception {
    try (ControlServer _ =
        ControlServer.open(folder.resolve("sim"), words -> ControlReply.done(words.getLast()))) {
      List<Thread> threads = new ArrayList<>();
      List<String> answers = java.util.Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < 3 * ControlServer.MAX_CONNECTIONS; i++) {
        String word = "w" + i;
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    answers.add(
                        ControlClient.ask(folder.resolve("sim"), List.of("x", word)).message());
                  } catch (IOException e) {
                    answers.add(e.toString());
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      // The kernel may refuse what exceeds the listening queue, but nothing is answered wrongly.
      assertThat(answers).hasSize(3 * ControlServer.MAX_CONNECTIONS).contains("w0");
    }
  }

  @Test
  void aSecondSimulatorInTheDirectoryIsRefusedAndAStaleSocketIsNot() throws IOException {
    Path sim = folder.resolve("sim");
    try (ControlServer _ = ControlServer.open(sim, _ -> ControlReply.done("first"))) {
      assertThatThrownBy(() -> ControlServer.open(sim, _ -> ControlReply.done("second")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another simulator listens at");
      assertThat(ControlClient.ask(sim, List.of("status")).message()).isEqualTo("first");
    }
    Files.createFile(ControlSocket.of(sim));
    try (ControlServer _ = ControlServer.open(sim, _ -> ControlReply.done("third"))) {
      assertThat(ControlClient.ask(sim, List.of("status")).message()).isEqualTo("third");
    }
    assertThat(ControlSocket.of(sim)).doesNotExist();
  }

  @Test
  void aDirectoryTooDeepForASocketNamesAnother() throws IOException {
    Path deep = folder.resolve("d".repeat(100)).resolve("sim");
    Path socket;
    try (ControlServer server = ControlServer.open(deep, _ -> ControlReply.done("here"))) {
      socket = server.socket();
      assertThat(socket.toString().length()).isLessThan(100);
      assertThat(ControlSocket.of(deep)).isEqualTo(socket);
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(socket.resolveSibling(""))))
          .isEqualTo("rwx------");
      assertThat(ControlClient.ask(deep, List.of("status")).message()).isEqualTo("here");
    }
    assertThat(socket).doesNotExist();
    assertThat(deep.resolve("control.path")).doesNotExist();
    assertThatThrownBy(() -> ControlClient.ask(deep, List.of("status")))
        .isInstanceOf(ControlClient.Unreachable.class);
  }
}
