package io.cade.agent.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.gateway.EngineChannels.GatewayAddress;
import io.cade.agent.wire.Ask;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.Report;
import io.cade.image.Digests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class HttpEngineChannelTest {
  private static final CardPosition CARD = new CardPosition(1, 3);

  @TempDir Path dir = Path.of("unset");
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final EngineChannels channels =
      new HttpEngineChannels(executor, HttpEngineChannels.Timeouts.standard());
  private final TestGateway gateway;
  private CardIdentityStore store = new CardIdentityStore(dir, new SecureRandom());

  HttpEngineChannelTest() throws IOException {
    gateway = new TestGateway();
  }

  @BeforeEach
  void storeInDirectory() {
    store = new CardIdentityStore(dir, new SecureRandom());
  }

  @AfterEach
  void end() {
    gateway.close();
    executor.shutdownNow();
  }

  private EngineChannel open(TestAuthority trusted, String host) throws IOException {
    return channels.open(
        new GatewayAddress(host, gateway.port(), InetAddress.ofLiteral("127.1.1.3")),
        store.load(trusted.pem(), CARD, Instant.now()));
  }

  private EngineChannel open() throws IOException {
    return open(gateway.authority, "127.0.0.1");
  }

  private void enrol() throws Exception {
    gateway.secrets.put("s3cret", CARD);
    try (EngineChannel channel = open()) {
      String issued =
          channel
              .enrol(
                  new EnrolRequest(
                      CARD,
                      new MacAddress("02:00:00:01:03:00"),
                      "s3cret",
                      store.certificateRequestPem(CARD)))
              .certificatePem();
      store.store(issued, gateway.authority.pem(), CARD, Instant.now());
    }
  }

  private static Report report() {
    return new Report(CARD, "boot", List.of(), List.of(), null);
  }

  @Test
  void enrolledCardIsHeardAndOneWithoutCertificateIsNot() throws Exception {
    try (EngineChannel stranger = open()) {
      assertThatThrownBy(() -> stranger.report(report()))
          .isInstanceOf(GatewayRefusal.class)
          .hasMessageContaining("a certificate is needed");
    }
    enrol();
    try (EngineChannel channel = open()) {
      assertThat(channel.report(report()).introduceAgain()).isFalse();
    }
    assertThat(gateway.reports).hasSize(1);
  }

  @Test
  void secretIsGoodForOneEnrolment() throws Exception {
    enrol();
    try (EngineChannel channel = open()) {
      EnrolRequest again =
          new EnrolRequest(
              CARD,
              new MacAddress("02:00:00:01:03:00"),
              "s3cret",
              store.certificateRequestPem(CARD));
      assertThatThrownBy(() -> channel.enrol(again)).isInstanceOf(GatewayRefusal.class);
    }
  }

  @Test
  void gatewayOfAnotherAuthorityOrNameIsNotTrusted() throws Exception {
    try (EngineChannel channel = open(new TestAuthority("module"), "127.0.0.1")) {
      assertThatThrownBy(() -> channel.report(report())).isInstanceOf(SSLHandshakeException.class);
    }
    try (EngineChannel channel = open(gateway.authority, "localhost")) {
      assertThatThrownBy(() -> channel.report(report())).isInstanceOf(SSLHandshakeException.class);
    }
    assertThat(gateway.reports).isEmpty();
  }

  @Test
  void reportsShareAConnectionAndEachSessionOpensItsOwn() throws Exception {
    enrol();
    try (EngineChannel regular = open()) {
      for (int i = 0; i < 5; i++) {
        regular.report(report());
      }
      for (int i = 0; i < 3; i++) {
        try (EngineChannel session = open()) {
          session.ask(new Ask(CARD, "boot", null));
          session.ask(new Ask(CARD, "boot", null));
        }
      }
    }
    List<Integer> reports = gateway.connections.getOrDefault("/v1/report", List.of());
    List<Integer> asks = gateway.connections.getOrDefault("/v1/ask", List.of());
    assertThat(new HashSet<>(reports)).hasSize(1);
    assertThat(new HashSet<>(asks)).hasSize(3).doesNotContainAnyElementsOf(reports);
  }

  @Test
  void packageIsFetchedOnlyWholeAndUnchanged() throws Exception {
    enrol();
    byte[] content = "x".repeat(1_000_000).getBytes(UTF_8);
    String digest = Digests.of(content);
    String other = Digests.of(new byte[0]);
    gateway.packages.put(digest, content);
    gateway.packages.put(other, content);
    Path target = dir.resolve("package");

    try (EngineChannel channel = open()) {
      channel.fetchPackage(digest, target, content.length);
      assertThat(target).hasBinaryContent(content);
      Files.delete(target);

      assertThatThrownBy(() -> channel.fetchPackage(digest, target, content.length - 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("more than the 999999 bytes allowed");
      assertThat(target).doesNotExist();
      assertThatThrownBy(() -> channel.fetchPackage(other, target, content.length))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("sent a package with digest " + digest);
      assertThat(target).doesNotExist();
      assertThatThrownBy(
              () -> channel.fetchPackage("sha256:" + "0".repeat(64), target, content.length))
          .isInstanceOf(GatewayRefusal.class)
          .hasMessageContaining("no-such-package");
      assertThat(target).doesNotExist();
    }
  }

  @Test
  void engineThatAcceptsAndSaysNothingIsGivenUp() throws Exception {
    EngineChannels impatient =
        new HttpEngineChannels(
            executor,
            new HttpEngineChannels.Timeouts(Duration.ofMillis(200), Duration.ofMillis(200)));
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
        EngineChannel channel =
            impatient.open(
                new GatewayAddress(
                    "127.0.0.1", silent.getLocalPort(), InetAddress.ofLiteral("127.1.1.3")),
                store.load(gateway.authority.pem(), CARD, Instant.now()))) {
      assertThatThrownBy(() -> channel.report(report())).isInstanceOf(IOException.class);
    }
  }
}
