package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.run.HealthQuestion.Verdict;
import io.cade.agent.wire.ServicePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an answer is worth, and that no answer keeps the probe for long. */
@Timeout(60)
final class HealthProbeTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
  private static final HealthQuestion FTP = new HealthQuestion.Greeting(ServicePorts.FTP);
  private static final HealthQuestion POP3 = new HealthQuestion.Greeting(ServicePorts.POP3);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "220 ready | LIVES",
        "220-welcome | OPEN",
        "220 | DOES_NOT",
        "2200 ready | DOES_NOT",
        "120 in 5 minutes | DOES_NOT",
        "421 too many | DOES_NOT",
        "500 OOPS: vsftpd | DOES_NOT",
        "+OK | DOES_NOT",
      })
  void aGreetingOfFtpIs220(String line, Verdict verdict) {
    assertThat(FTP.of(List.of(line))).isEqualTo(verdict);
  }

  @Test
  void aGreetingOfFtpMayHaveSeveralLinesButNotWithoutEnd() {
    assertThat(FTP.of(List.of("220-a", " 220 b"))).isEqualTo(Verdict.OPEN);
    assertThat(FTP.of(List.of("220-a", "b", "220 c"))).isEqualTo(Verdict.LIVES);
    assertThat(FTP.of(List.of("230-a", "220 c"))).isEqualTo(Verdict.DOES_NOT);
    assertThat(FTP.of(Collections.nCopies(HealthQuestion.MOST_LINES, "220-a")))
        .isEqualTo(Verdict.DOES_NOT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "+OK | LIVES",
        "+OK ready | LIVES",
        "+OKAY | DOES_NOT",
        "-ERR busy | DOES_NOT",
        "220 ready | DOES_NOT",
      })
  void aGreetingOfPop3IsOk(String line, Verdict verdict) {
    assertThat(POP3.of(List.of(line))).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 200 OK | LIVES",
        "HTTP/1.1 200 | LIVES",
        "HTTP/1.1 2000 | DOES_NOT",
        "HTTP/1.1 204 No Content | DOES_NOT",
        "220 ready | DOES_NOT",
      })
  void aPageIs200(String line, Verdict verdict) {
    assertThat(new HealthQuestion.Http("/").of(List.of(line))).isEqualTo(verdict);
  }

  @Test
  void eachKindIsAskedAtItsOwnPort() throws Exception {
    InetSocketAddress service = new InetSocketAddress(HERE, 8000);
    assertThat(ServiceRuntimes.probe(ServicePorts.VSFTPD, Path.of("."), service))
        .isEqualTo(new HealthProbe(new InetSocketAddress(HERE, 8001), FTP));
    assertThat(ServiceRuntimes.probe(ServicePorts.DOVECOT, Path.of("."), service))
        .isEqualTo(new HealthProbe(new InetSocketAddress(HERE, 8002), POP3));
    assertThat(ServiceRuntimes.probe(ServicePorts.HOSTING, Path.of("."), service).question())
        .isInstanceOf(HealthQuestion.Http.class);
  }

  @Test
  void whoWasGreetedSaysThatHeLeavesAndSaysNothingBefore() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
      CompletableFuture<String> heard = heard(server, "220-one\r\n220 two\r\n");
      assertThat(probe(server, FTP).answers()).isTrue();
      assertThat(heard.join()).isEqualTo("QUIT\r\n");
    }
  }

  @Test
  void whoIsRefusedCutsOffOrNeverComesToTheEndOfALineIsNotAlive() throws Exception {
    for (String words : List.of("421 busy\r\n", "22", "", "2".repeat(100_000))) {
      try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
        CompletableFuture<String> heard = heard(server, words);
        assertThat(probe(server, FTP).answers()).as(words).isFalse();
        assertThat(heard.join()).as(words).isEmpty();
      }
    }
  }

  @Test
  void aServerThatSaysNothingIsNotWaitedForLong() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
      // The kernel takes the connection, nobody greets.
      assertThat(probe(server, POP3).answers()).isFalse();
    }
  }

  @Test
  void whereNobodyListensNobodyLives() throws Exception {
    int port;
    try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
      port = server.getLocalPort();
    }
    assertThat(new HealthProbe(new InetSocketAddress(HERE, port), POP3).answers()).isFalse();
  }

  private static HealthProbe probe(ServerSocket server, HealthQuestion question) {
    return new HealthProbe(new InetSocketAddress(HERE, server.getLocalPort()), question);
  }

  /** Greets one, half-closes, and tells what he has said until he went. */
  private static CompletableFuture<String> heard(ServerSocket server, String words) {
    return CompletableFuture.supplyAsync(() -> {
      try (Socket socket = server.accept()) {
        socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
        socket.shutdownOutput();
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      } catch (IOException e) {
        return "";
      }
    });
  }
}
