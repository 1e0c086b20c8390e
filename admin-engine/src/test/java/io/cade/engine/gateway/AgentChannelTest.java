package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.core.AgentEvent.Failure;
import io.cade.agent.gateway.CardIdentityStore;
import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.gateway.EngineChannels;
import io.cade.agent.gateway.EngineFailures;
import io.cade.agent.gateway.GatewayRefusal;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.wire.Ask;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.pki.PackageSigningKey;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both ends of the contract: the agents' own channel against the engine's gateway. */
@Timeout(60)
class AgentChannelTest {
  private static final CardPosition CARD = new CardPosition(1, 3);
  private static final CardPosition PROXY = new CardPosition(0, 4);

  @TempDir Path dir;
  private GatewayBench bench;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private HttpEngineChannels channels;

  @BeforeEach
  void start() throws Exception {
    bench = new GatewayBench(dir);
    channels = new HttpEngineChannels(executor, HttpEngineChannels.Timeouts.standard());
  }

  @AfterEach
  void stop() throws Exception {
    bench.close();
    executor.shutdownNow();
  }

  private EngineChannel enrolled(CardPosition at, CardRole role) throws Exception {
    bench.seat(at, role);
    var gateway =
        new EngineChannels.GatewayAddress(
            "127.0.0.1", bench.server.port(), InetAddress.getLoopbackAddress());
    String ca = bench.authority.certificatePem();
    Path own = Files.createDirectory(dir.resolve("card-" + at));
    CardIdentityStore store = new CardIdentityStore(own, new SecureRandom());
    try (EngineChannel first = channels.open(gateway, store.load(ca, at, bench.clock.instant()))) {
      EnrolRequest request =
          new EnrolRequest(
              at, GatewayBench.mac(at), bench.secrets.issue(at), store.certificateRequestPem(at));
      store.store(first.enrol(request).certificatePem(), ca, at, bench.clock.instant());
    }
    return channels.open(gateway, store.load(ca, at, bench.clock.instant()));
  }

  @Test
  void agentEnrolsIntroducesReportsAsksAndFetches() throws Exception {
    try (EngineChannel card = enrolled(CARD, CardRole.SERVER)) {
      assertThat(
              card.introduce(GatewayBench.introduction(CARD, CardRole.SERVER, "boot"))
                  .packageKeyPem())
          .isEqualTo("package key");
      assertThat(card.report(GatewayBench.report(CARD)).chassisReader()).isTrue();
      assertThat(card.ask(new Ask(CARD, "boot", null)).command()).isNull();

      byte[] content = "package".repeat(50_000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      String hex = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
      Files.write(dir.resolve("packages").resolve(hex), content);
      bench.service("shop", "sha256:" + hex, CARD);
      Path target = dir.resolve("fetched");
      card.fetchPackage("sha256:" + hex, target, content.length);
      assertThat(target).hasBinaryContent(content);

      assertThatThrownBy(
              () -> card.fetchPackage(GatewayBench.OTHER_DIGEST, dir.resolve("x"), 1_000))
          .isInstanceOfSatisfying(
              GatewayRefusal.class,
              r -> {
                assertThat(r.status()).isEqualTo(403);
                assertThat(r.error()).isEqualTo("not-allowed");
              });
      assertThat(dir.resolve("x")).doesNotExist();
    }
  }

  @Test
  void anAgentThatIsPutOffTriesAgainLaterAndDoesNotTakeItForDistrust() throws Exception {
    try (EngineChannel card = enrolled(CARD, CardRole.SERVER)) {
      for (int boot = 1; boot <= 6; boot++) {
        card.introduce(GatewayBench.introduction(CARD, CardRole.SERVER, "boot " + boot));
      }
      assertThatThrownBy(
              () -> card.introduce(GatewayBench.introduction(CARD, CardRole.SERVER, "boot 7")))
          .isInstanceOf(GatewayRefusal.class)
          .satisfies(e -> assertThat(EngineFailures.of(e)).isEqualTo(Failure.UNREACHABLE));
      bench.now.updateAndGet(now -> now.plusSeconds(10));
      card.introduce(GatewayBench.introduction(CARD, CardRole.SERVER, "boot 7"));
    }
  }

  @Test
  void proxyFollowsTheRoutes() throws Exception {
    try (EngineChannel proxy = enrolled(PROXY, CardRole.PROXY)) {
      proxy.introduce(GatewayBench.introduction(PROXY, CardRole.PROXY, "boot"));
      assertThat(proxy.routes(0, Duration.ofMillis(10))).isEmpty();
      bench.routes.set(new RouteSnapshot(3, List.of()));
      bench.gateway.routesChanged();
      assertThat(proxy.routes(0, Duration.ofSeconds(20))).hasValue(bench.routes.get());
    }
  }

  @Test
  void packageKeyIsReadByTheAgentsSide() throws Exception {
    PackageSigningKey key = PackageSigningKey.open(dir.resolve("pki"), new SecureRandom());
    assertThat(io.cade.image.PackageKeys.parsePublic(key.publicKeyPem()).getAlgorithm())
        .isIn("Ed25519", "EdDSA");
  }
}
