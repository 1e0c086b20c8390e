package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.PkiFixtures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of cards: renewed, withdrawn, and used by somebody else (SPEC A3). */
@Timeout(60)
final class IdentityTest {
  private static final CardPosition A = new CardPosition(1, 3);
  private static final CardPosition PROXY = new CardPosition(0, 4);

  @TempDir Path dir;
  private GatewayBench bench;

  @BeforeEach
  void start() throws Exception {
    bench = new GatewayBench(dir);
  }

  @AfterEach
  void stop() throws Exception {
    bench.close();
  }

  private Card card() {
    return bench.writer.current().card(A).orElseThrow();
  }

  private List<AlarmType> alarms() {
    return bench.writer.current().alarms().keySet().stream().map(k -> k.type()).toList();
  }

  private static int status(HttpResponse<byte[]> response) {
    return response.statusCode();
  }

  private int introduce(TestPeer peer, String boot) throws Exception {
    return status(peer.post("/v1/introduce", GatewayBench.introduction(A, CardRole.SERVER, boot)));
  }

  private record Renewed(TestPeer peer, String serial) {}

  private Renewed renewed(TestPeer old) throws Exception {
    KeyPair key = PkiFixtures.newKey();
    EnrolReply reply =
        old.call(
            "/v1/renew",
            new RenewRequest(A, PkiFixtures.request("card", key, key)),
            EnrolReply.class);
    X509Certificate next =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(
                        reply.certificatePem().getBytes(StandardCharsets.US_ASCII)));
    return new Renewed(
        TestPeer.with(bench.authority.certificate(), bench.server.port(), key, next),
        next.getSerialNumber().toString(16));
  }

  @Test
  void bothCertificatesCountUntilTheRenewedOneIsUsed() throws Exception {
    try (TestPeer old = bench.introduced(A, CardRole.SERVER)) {
      String before = card().certificateSerial();
      Renewed next = renewed(old);
      assertThat(status(old.post("/v1/report", GatewayBench.report(A)))).isEqualTo(200);
      assertThat(card().certificateSerial()).isEqualTo(before);

      assertThat(introduce(next.peer(), "boot")).isEqualTo(200);
      assertThat(card().certificateSerial()).isEqualTo(next.serial());
      assertThat(status(old.post("/v1/report", GatewayBench.report(A)))).isEqualTo(403);
      assertThat(status(next.peer().post("/v1/report", GatewayBench.report(A)))).isEqualTo(200);
      assertThat(card().state()).isEqualTo(CardState.AVAILABLE);
      next.peer().close();
    }
  }

  @Test
  void theServersOwnCertificateIsReplacedWhileCardsAreConnected() throws Exception {
    try (TestPeer old = bench.introduced(A, CardRole.SERVER)) {
      Identity next = bench.authority.server("another", List.of("127.0.0.1"));
      bench.server.use(next).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
      HttpResponse<byte[]> before = old.post("/v1/report", GatewayBench.report(A));
      assertThat(status(before)).isEqualTo(200);
      assertThat(before.sslSession().orElseThrow().getPeerCertificates()[0])
          .as("the connection stays")
          .isNotEqualTo(next.certificate());
      try (TestPeer fresh =
          TestPeer.anonymous(bench.authority.certificate(), bench.server.port())) {
        HttpResponse<byte[]> after = fresh.post("/v1/report", GatewayBench.report(A));
        assertThat(after.sslSession().orElseThrow().getPeerCertificates()[0])
            .isEqualTo(next.certificate());
        assertThat(status(after)).as("client certificates are still asked for").isEqualTo(401);
      }
    }
  }

  @Test
  void renewalWhoseAnswerIsLostIsAskedForAgain() throws Exception {
    try (TestPeer old = bench.introduced(A, CardRole.SERVER)) {
      Renewed lost = renewed(old);
      Renewed next = renewed(old);
      assertThat(status(lost.peer().post("/v1/report", GatewayBench.report(A))))
          .as("only the newest is to follow")
          .isEqualTo(403);
      assertThat(introduce(next.peer(), "boot")).isEqualTo(200);
      lost.peer().close();
      next.peer().close();
    }
  }

  @Test
  void cardRenewsItsOwnCertificateOnly() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      KeyPair key = PkiFixtures.newKey();
      RenewRequest forProxy = new RenewRequest(PROXY, PkiFixtures.request("card", key, key));
      bench.seat(PROXY, CardRole.PROXY);
      assertThat(status(a.post("/v1/renew", forProxy))).isEqualTo(403);
    }
    try (TestPeer nobody = TestPeer.anonymous(bench.authority.certificate(), bench.server.port())) {
      KeyPair key = PkiFixtures.newKey();
      RenewRequest request = new RenewRequest(A, PkiFixtures.request("card", key, key));
      assertThat(status(nobody.post("/v1/renew", request))).isEqualTo(401);
    }
  }

  @Test
  void withdrawnCertificateIsRefusedAtOnceAndItsConnectionsEnd() throws Exception {
    TestPeer proxy = bench.introduced(PROXY, CardRole.PROXY);
    CompletableFuture<HttpResponse<byte[]>> waits =
        CompletableFuture.supplyAsync(() -> {
          try {
            return proxy.get("/v1/routes?after=999&waitMillis=20000");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    while (bench.observations.snapshot().routesInUse().isEmpty()) {
      Thread.onSpinWait();
    }
    bench.writer.given(new Change.CertificateChange.Revoked(PROXY, "test"));
    // The client asks again when its connection ends, and is refused; the poll had 20 s.
    assertThat(status(waits.get(10, TimeUnit.SECONDS))).isEqualTo(403);
    assertThat(status(proxy.get("/v1/routes?after=0&waitMillis=0"))).isEqualTo(403);
    proxy.close();
  }

  @Test
  void lockedCardEnrolsAgainOnlyWhenItIsTrusted() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      bench
          .writer
          .submit((c, _) -> new Decision<>(IdentityLock.revoke(c, card(), "lent"), true))
          .join();
      assertThat(card().state()).isEqualTo(CardState.QUARANTINED);
      assertThat(card().certificateSerial()).isEmpty();
      assertThat(introduce(a, "boot")).isEqualTo(403);
    }
    KeyPair key = PkiFixtures.newKey();
    try (TestPeer peer = TestPeer.anonymous(bench.authority.certificate(), bench.server.port())) {
      assertThat(
              status(
                  peer.post(
                      "/v1/enrol",
                      new EnrolRequest(
                          A,
                          GatewayBench.mac(A),
                          bench.secrets.issue(A),
                          PkiFixtures.request("card", key, key)))))
          .isEqualTo(403);
      bench
          .writer
          .submit((c, _) -> new Decision<>(IdentityLock.trust(c, card(), "ann"), true))
          .join();
      EnrolReply reply =
          peer.call(
              "/v1/enrol",
              new EnrolRequest(
                  A,
                  GatewayBench.mac(A),
                  bench.secrets.issue(A),
                  PkiFixtures.request("card", key, key)),
              EnrolReply.class);
      assertThat(reply.certificatePem()).contains("CERTIFICATE");
    }
    assertThatThrownBy(() -> IdentityLock.trust(bench.writer.current(), card(), "ann"))
        .isInstanceOf(Refusal.class);
  }

  @Test
  void twoBootsThatAlternateAreTwoMachines() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      assertThat(introduce(a, "second")).isEqualTo(200);
      assertThat(introduce(a, "boot")).as("a straggler").isEqualTo(409);
      assertThat(introduce(a, "second")).as("the newest goes on").isEqualTo(200);
      assertThat(card().state()).isEqualTo(CardState.AVAILABLE);

      bench.now.updateAndGet(t -> t.plusSeconds(2));
      assertThat(introduce(a, "boot")).isEqualTo(403);
      assertThat(card().state()).isEqualTo(CardState.QUARANTINED);
      assertThat(alarms()).containsExactly(AlarmType.IDENTITY_CLONED);
      assertThat(locked(() -> a.post("/v1/ask", new Ask(A, "second", null)))).isEqualTo(403);
      assertThat(locked(() -> a.get("/v1/packages/" + GatewayBench.DIGEST))).isEqualTo(403);
    }
  }

  /** The connections of a locked card are closed: a request on its way then is sent once more. */
  private static int locked(Callable<HttpResponse<byte[]>> request) throws Exception {
    try {
      return status(request.call());
    } catch (IOException e) {
      return status(request.call());
    }
  }

  @Test
  void cardThatRestartsOftenIsNoClone() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      for (int i = 0; i < 30; i++) {
        bench.now.updateAndGet(t -> t.plusSeconds(20));
        assertThat(introduce(a, "boot " + i)).isEqualTo(200);
        assertThat(introduce(a, "boot " + i)).as("said twice").isEqualTo(200);
      }
      assertThat(alarms()).isEmpty();
    }
  }

  @Test
  void certificateUsedFromAnotherAddressLocksTheCardAndObtainsNothing() throws Exception {
    bench.address.set("127.0.0.1");
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      bench.writer.given(new Change.CommandQueued(A, new Command.RemoveService(7, "old")));
      bench.address.set("127.1.1.3");
      assertThat(status(a.post("/v1/ask", new Ask(A, "boot", null)))).isEqualTo(403);
    }
    assertThat(card().state()).isEqualTo(CardState.QUARANTINED);
    assertThat(card().cause()).contains("127.0.0.1").contains("127.1.1.3");
    assertThat(alarms()).containsExactly(AlarmType.IDENTITY_CLONED);
    assertThat(bench.writer.current().queue(A).waiting()).isEmpty();
  }

  @Test
  void addressOfTheCardsLeaseIsItsOwn() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      bench.writer.given(
          new Change.LeaseGranted(
              A, GatewayBench.mac(A), "127.0.0.1", bench.clock.instant().plusSeconds(600)));
      bench.address.set("10.9.1.3");
      assertThat(introduce(a, "boot")).as("the network was configured anew").isEqualTo(200);
    }
  }

  @Test
  void managementCardIsRefusedButNotLocked() throws Exception {
    bench.address.set("127.0.0.1");
    try (TestPeer proxy = bench.introduced(PROXY, CardRole.PROXY)) {
      bench.address.set("127.1.0.4");
      assertThat(status(proxy.get("/v1/routes?after=0&waitMillis=0"))).isEqualTo(403);
    }
    assertThat(bench.writer.current().card(PROXY).orElseThrow().state())
        .isNotEqualTo(CardState.QUARANTINED);
    assertThat(alarms()).containsExactly(AlarmType.IDENTITY_CLONED);
  }

  @Test
  void enrolmentIsForTheSlotsAddress() throws Exception {
    bench.seat(A, CardRole.SERVER);
    bench.address.set("127.1.1.3");
    KeyPair key = PkiFixtures.newKey();
    String secret = bench.secrets.issue(A);
    try (TestPeer peer = TestPeer.anonymous(bench.authority.certificate(), bench.server.port())) {
      assertThat(
              status(
                  peer.post(
                      "/v1/enrol",
                      new EnrolRequest(
                          A, GatewayBench.mac(A), secret, PkiFixtures.request("card", key, key)))))
          .isEqualTo(403);
    }
    assertThat(bench.secrets.redeem(A, secret)).as("the secret is not spent").isTrue();
  }

  @Test
  void aDaysJumpOfTheClockMakesNobodyAStranger() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      for (Duration jump : List.of(Duration.ofDays(1), Duration.ofDays(-2), Duration.ofDays(1))) {
        bench.now.updateAndGet(t -> t.plus(jump));
        assertThat(status(a.post("/v1/report", GatewayBench.report(A)))).isEqualTo(200);
        assertThat(introduce(a, "boot")).isEqualTo(200);
      }
    }
    KeyPair key = PkiFixtures.newKey();
    X509Certificate issued = bench.authority.issueCard(A, PkiFixtures.request("card", key, key));
    assertThat(issued.getNotBefore().toInstant())
        .as("valid also when the clock is set back a day")
        .isBefore(bench.clock.instant().minus(Duration.ofDays(1)));
  }

  @Test
  void resultsToldTwiceLateOrInAnotherOrderChangeNothing() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      bench.writer.given(
          new Change.CommandQueued(A, new Command.RemoveService(7, "old")),
          new Change.CommandQueued(A, new Command.RemoveService(8, "older")));
      Ask seven = new Ask(A, "boot", new CommandResult(7, true, ""));
      Ask eight = new Ask(A, "boot", new CommandResult(8, true, ""));
      assertThat(status(a.post("/v1/ask", eight))).as("8 before 7").isEqualTo(409);
      assertThat(bench.writer.current().queue(A).waiting()).hasSize(2);
      assertThat(a.call("/v1/ask", seven, AskReply.class).command())
          .isEqualTo(new Command.RemoveService(8, "older"));
      assertThat(a.call("/v1/ask", seven, AskReply.class).command())
          .as("told twice")
          .isEqualTo(new Command.RemoveService(8, "older"));
      a.call("/v1/ask", eight, AskReply.class);
      assertThat(a.call("/v1/ask", seven, AskReply.class).command()).as("late").isNull();
      assertThat(bench.writer.changes(Change.CommandFinished.class)).hasSize(2);
      assertThat(bench.writer.current().queue(A).past())
          .extracting(p -> p.kind() + " " + p.service())
          .containsExactly("remove-service old", "remove-service older");
      assertThat(status(a.post("/v1/report", new Report(A, "other", List.of(), List.of(), null))))
          .isEqualTo(200);
      assertThat(
              a.call(
                      "/v1/introduce",
                      GatewayBench.introduction(A, CardRole.SERVER, "boot"),
                      IntroductionReply.class)
                  .commandsWaiting())
          .isFalse();
    }
  }
}
