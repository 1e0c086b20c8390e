package io.cade.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.Ask;
import io.cade.agent.wire.AskReply;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.EnrolReply;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.ErrorReply;
import io.cade.agent.wire.IntroductionReply;
import io.cade.agent.wire.ItemDifference;
import io.cade.agent.wire.ModelStanding;
import io.cade.agent.wire.ProxyReport;
import io.cade.agent.wire.RenewRequest;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.ReportReply;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.PkiFixtures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GatewayServerTest {
  private static final CardPosition A = new CardPosition(1, 3);
  private static final CardPosition B = new CardPosition(1, 4);
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

  private TestPeer anonymous() throws Exception {
    return TestPeer.anonymous(bench.authority.certificate(), bench.server.port());
  }

  private static void assertRefused(HttpResponse<byte[]> response, int status, String error)
      throws Exception {
    String body = new String(response.body(), StandardCharsets.UTF_8);
    assertThat(response.statusCode()).as(body).isEqualTo(status);
    assertThat(new io.cade.agent.wire.WireJson().decode(response.body(), ErrorReply.class).error())
        .isEqualTo(error);
  }

  private static EnrolRequest enrolment(CardPosition at, String secret, KeyPair key)
      throws Exception {
    return new EnrolRequest(
        at, GatewayBench.mac(at), secret, PkiFixtures.request("card", key, key));
  }

  @Test
  void whatACardSaysOfItsModelIsOnRecordBeforeItIsAnswered() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      Report plain = GatewayBench.report(A);
      ModelStanding told =
          new ModelStanding(
              "server/2",
              1,
              List.of(new ItemDifference("file:/etc/motd", "mode", "0644", "0600")),
              0,
              0,
              0,
              "");
      Report report =
          new Report(A, plain.bootId(), plain.services(), plain.readings(), null, List.of(), told);
      a.call("/v1/report", report, ReportReply.class);
      assertThat(bench.writer.current().devices().record(A).drift()).hasSize(1);
      a.call("/v1/report", report, ReportReply.class);
      a.call("/v1/report", plain, ReportReply.class);
      assertThat(bench.writer.changes(Change.DeviceChange.class)).as("news only").hasSize(1);
    }
  }

  @Test
  void cardEnrolsIntroducesItselfAndBecomesAvailable() throws Exception {
    bench.seat(A, CardRole.SERVER);
    KeyPair key = PkiFixtures.newKey();
    EnrolReply reply;
    try (TestPeer peer = anonymous()) {
      reply = peer.call("/v1/enrol", enrolment(A, bench.secrets.issue(A), key), EnrolReply.class);
    }
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(
                        reply.certificatePem().getBytes(StandardCharsets.US_ASCII)));
    try (TestPeer card =
        TestPeer.with(bench.authority.certificate(), bench.server.port(), key, certificate)) {
      var introduced =
          card.call(
              "/v1/introduce",
              GatewayBench.introduction(A, CardRole.SERVER, "boot"),
              IntroductionReply.class);
      assertThat(introduced.packageKeyPem()).isEqualTo("package key");
      assertThat(introduced.commandsWaiting()).isFalse();
    }
    assertThat(bench.writer.current().card(A).orElseThrow().state()).isEqualTo(CardState.AVAILABLE);
    assertThat(bench.observations.snapshot().cards()).containsKey(A);
  }

  @Test
  void replayedSecretIsRefusedAndPutOnRecord() throws Exception {
    bench.seat(A, CardRole.SERVER);
    String secret = bench.secrets.issue(A);
    KeyPair key = PkiFixtures.newKey();
    try (TestPeer peer = anonymous()) {
      peer.call("/v1/enrol", enrolment(A, secret, key), EnrolReply.class);
      String serial = bench.writer.current().card(A).orElseThrow().certificateSerial();

      assertRefused(peer.post("/v1/enrol", enrolment(A, secret, key)), 403, "not-allowed");
      assertThat(bench.writer.current().card(A).orElseThrow().certificateSerial())
          .isEqualTo(serial);
      assertThat(bench.writer.changes(Change.Audited.class))
          .singleElement()
          .satisfies(a -> assertThat(a.toString()).contains("card 1.3").doesNotContain(secret));
    }
  }

  @Test
  void secretOfOneSlotDoesNotEnrolAnotherNorAnotherCard() throws Exception {
    bench.seat(A, CardRole.SERVER);
    bench.seat(B, CardRole.SERVER);
    String secret = bench.secrets.issue(A);
    KeyPair key = PkiFixtures.newKey();
    try (TestPeer peer = anonymous()) {
      assertRefused(peer.post("/v1/enrol", enrolment(B, secret, key)), 403, "not-allowed");
      EnrolRequest otherCard =
          new EnrolRequest(A, GatewayBench.mac(B), secret, PkiFixtures.request("card", key, key));
      assertRefused(peer.post("/v1/enrol", otherCard), 403, "not-allowed");
      EnrolRequest unseated = enrolment(new CardPosition(2, 1), secret, key);
      assertRefused(peer.post("/v1/enrol", unseated), 403, "not-allowed");
    }
  }

  @Test
  void nothingButEnrolmentIsPossibleWithoutACertificate() throws Exception {
    bench.introduced(A, CardRole.SERVER).close();
    bench.service("shop", GatewayBench.DIGEST, A);
    try (TestPeer peer = anonymous()) {
      assertRefused(peer.post("/v1/report", GatewayBench.report(A)), 401, "no-certificate");
      assertRefused(peer.post("/v1/ask", new Ask(A, "boot", null)), 401, "no-certificate");
      assertRefused(
          peer.post("/v1/introduce", GatewayBench.introduction(A, CardRole.SERVER, "b")),
          401,
          "no-certificate");
      assertRefused(peer.get("/v1/packages/" + GatewayBench.DIGEST), 401, "no-certificate");
      assertRefused(peer.get("/v1/routes?after=0&waitMillis=0"), 401, "no-certificate");
      assertRefused(
          peer.post("/v1/proxy-report", new ProxyReport(PROXY, "boot", 1, List.of())),
          401,
          "no-certificate");
    }
  }

  @Test
  void certificateOfAnotherAuthorityDoesNotPassTheHandshake() throws Exception {
    bench.introduced(A, CardRole.SERVER).close();
    ModuleAuthority other =
        ModuleAuthority.open(dir.resolve("other"), bench.clock, new SecureRandom());
    KeyPair key = PkiFixtures.newKey();
    try (TestPeer peer =
        TestPeer.with(
            bench.authority.certificate(),
            bench.server.port(),
            key,
            other.issueCard(A, PkiFixtures.request("card", key, key)))) {
      assertThatThrownBy(() -> peer.post("/v1/report", GatewayBench.report(A)))
          .isInstanceOf(IOException.class);
    }
    assertThat(bench.writer.changes(Change.Audited.class)).isEmpty();
  }

  @Test
  void cardCannotSpeakForAnother() throws Exception {
    bench.introduced(B, CardRole.SERVER).close();
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      assertRefused(a.post("/v1/report", GatewayBench.report(B)), 403, "not-allowed");
      assertRefused(a.post("/v1/ask", new Ask(B, "boot", null)), 403, "not-allowed");
      assertRefused(
          a.post("/v1/introduce", GatewayBench.introduction(B, CardRole.SERVER, "x")),
          403,
          "not-allowed");
    }
  }

  private void waits(Duration time) {
    bench.now.updateAndGet(now -> now.plus(time));
  }

  @Test
  void whoNamesOneSlotAfterAnotherIsOnRecordOnceAMinute() throws Exception {
    KeyPair key = PkiFixtures.newKey();
    List<CardPosition> slots =
        IntStream.rangeClosed(1, 14).mapToObj(slot -> new CardPosition(1, slot)).toList();
    slots.forEach(slot -> bench.seat(slot, CardRole.SERVER));
    try (TestPeer peer = anonymous()) {
      for (CardPosition slot : slots) {
        assertRefused(peer.post("/v1/enrol", enrolment(slot, "guess", key)), 403, "not-allowed");
      }
      assertThat(bench.writer.changes(Change.Audited.class)).hasSize(1);
      waits(AccessAudit.PAUSE);
      peer.post("/v1/enrol", enrolment(A, "guess", key));
      assertThat(bench.writer.changes(Change.Audited.class).getLast().outcome())
          .isEqualTo("refused, 13 more before from there");
    }
  }

  @Test
  void aCardPutsOnlySoManyBootsOnRecordAndGetsInWhenTimeHasPassed() throws Exception {
    try (TestPeer a = bench.enrolled(A, CardRole.SERVER)) {
      for (int boot = 1; boot <= 6; boot++) {
        assertThat(introduced(a, boot).statusCode()).isEqualTo(200);
      }
      long position = bench.writer.current().position();
      assertRefused(introduced(a, 7), 429, "limit");
      assertThat(introduced(a, 6).statusCode()).as("says nothing new").isEqualTo(200);
      assertThat(bench.writer.current().position()).isEqualTo(position);
      waits(Duration.ofSeconds(10));
      assertThat(introduced(a, 7).statusCode()).isEqualTo(200);
      assertRefused(introduced(a, 8), 429, "limit");
      // One that restarts again and again, each time a little slower than that, always gets in.
      for (int boot = 8; boot <= 30; boot++) {
        waits(Duration.ofSeconds(10));
        assertThat(introduced(a, boot).statusCode()).isEqualTo(200);
      }
    }
    try (TestPeer b = bench.introduced(B, CardRole.SERVER)) {
      assertThat(b.post("/v1/report", GatewayBench.report(B)).statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<byte[]> introduced(TestPeer peer, int boot) throws Exception {
    return peer.post(
        "/v1/introduce", GatewayBench.introduction(A, CardRole.SERVER, "boot " + boot));
  }

  @Test
  void aCardRenewsItsCertificateOnlySoOften() throws Exception {
    KeyPair key = PkiFixtures.newKey();
    RenewRequest request = new RenewRequest(A, PkiFixtures.request("card", key, key));
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      for (int i = 0; i < 4; i++) {
        a.call("/v1/renew", request, EnrolReply.class);
      }
      assertRefused(a.post("/v1/renew", request), 429, "limit");
      assertThat(bench.writer.changes(Change.CertificateChange.Renewed.class)).hasSize(4);
      waits(Duration.ofSeconds(15));
      a.call("/v1/renew", request, EnrolReply.class);
    }
  }

  @Test
  void aCardThatSaysAnotherThingOfItsDeviceEachTimeIsPutOff() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      for (int i = 0; i < 60; i++) {
        a.call("/v1/report", standing(i % 2), ReportReply.class);
      }
      assertRefused(a.post("/v1/report", standing(0)), 429, "limit");
      assertThat(bench.writer.changes(Change.DeviceChange.class)).hasSize(60);
      a.call("/v1/report", GatewayBench.report(A), ReportReply.class);
      waits(Duration.ofSeconds(1));
      a.call("/v1/report", standing(0), ReportReply.class);
    }
  }

  private static Report standing(int generation) {
    Report plain = GatewayBench.report(A);
    return new Report(
        A,
        plain.bootId(),
        plain.services(),
        plain.readings(),
        null,
        List.of(),
        new ModelStanding("server/2", 1, List.of(), generation, 0, 0, ""));
  }

  @Test
  void certificateOfTheCardThatSatThereBeforeCountsNoMore() throws Exception {
    try (TestPeer old = bench.introduced(A, CardRole.SERVER)) {
      bench.writer.given(new Change.CardSeated(A, CardRole.SERVER, GatewayBench.mac(B)));

      assertRefused(old.post("/v1/report", GatewayBench.report(A)), 403, "not-allowed");
    }
  }

  @Test
  void serverCardCannotMakeItselfAProxyOrAnotherCard() throws Exception {
    try (TestPeer a = bench.enrolled(A, CardRole.SERVER)) {
      assertRefused(
          a.post("/v1/introduce", GatewayBench.introduction(A, CardRole.PROXY, "boot")),
          403,
          "not-allowed");
      assertRefused(
          a.post(
              "/v1/introduce",
              GatewayBench.introduction(A, CardRole.SERVER, "boot", GatewayBench.mac(B))),
          403,
          "not-allowed");
      // Somebody else has this card's key: nobody is believed until an operator has looked.
      assertThat(bench.writer.current().card(A).orElseThrow().state())
          .isEqualTo(CardState.QUARANTINED);
    }
  }

  @Test
  void rebootedCardWithABoundServiceBecomesAssigned() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      bench.service("shop", GatewayBench.DIGEST, A);
      a.call(
          "/v1/introduce",
          GatewayBench.introduction(A, CardRole.SERVER, "next boot"),
          IntroductionReply.class);
      assertThat(bench.writer.current().card(A).orElseThrow().state())
          .isEqualTo(CardState.ASSIGNED);
      long position = bench.writer.current().position();
      a.call(
          "/v1/introduce",
          GatewayBench.introduction(A, CardRole.SERVER, "next boot"),
          IntroductionReply.class);
      assertThat(bench.writer.current().position()).isEqualTo(position);
    }
  }

  @Test
  void unknownBootIsToldToIntroduceItselfAndIsNotHeard() throws Exception {
    try (TestPeer a = bench.enrolled(A, CardRole.SERVER)) {
      ReportReply reply = a.call("/v1/report", GatewayBench.report(A), ReportReply.class);
      assertThat(reply.introduceAgain()).isTrue();
      assertThat(bench.observations.snapshot().cards()).isEmpty();
      assertRefused(a.post("/v1/ask", new Ask(A, "boot", null)), 409, "conflict");
    }
  }

  @Test
  void commandsAreHandedOutInOrderAndAResultToldTwiceCountsOnce() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      bench.service("shop", GatewayBench.DIGEST, A);
      bench.writer.given(
          new Change.CommandQueued(
              A, new Command.InstallService(1, "shop", GatewayBench.DIGEST, 100_000)),
          new Change.CommandQueued(
              A, new Command.StartService(2, "shop", "static-site", GatewayBench.DIGEST, 8000)));
      assertThat(a.call("/v1/report", GatewayBench.report(A), ReportReply.class).commandsWaiting())
          .isTrue();

      Ask first = new Ask(A, "boot", null);
      assertThat(a.call("/v1/ask", first, AskReply.class).command())
          .isInstanceOf(Command.InstallService.class);
      assertRefused(
          a.post("/v1/ask", new Ask(A, "boot", new CommandResult(2, true, ""))), 409, "conflict");
      Ask done = new Ask(A, "boot", new CommandResult(1, true, ""));
      for (int i = 0; i < 2; i++) {
        assertThat(a.call("/v1/ask", done, AskReply.class).command())
            .isInstanceOf(Command.StartService.class);
      }
      // As large as what an agent may have found.
      List<DeviceItem> found =
          IntStream.range(0, 16)
              .<DeviceItem>mapToObj(
                  i -> new DeviceItem.FileItem("/srv/" + i, "ö\n".repeat(32 << 10), "0644", ""))
              .toList();
      Ask last = new Ask(A, "boot", new CommandResult(2, true, "", found));
      assertThat(a.call("/v1/ask", last, AskReply.class).command()).isNull();
      assertThat(bench.writer.changes(Change.CommandFinished.class)).hasSize(2);
    }
  }

  @Test
  void packageGoesOnlyToTheCardItIsAssignedTo() throws Exception {
    bench.service("shop", GatewayBench.DIGEST, A);
    bench.service("blog", GatewayBench.OTHER_DIGEST, B);
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      HttpResponse<byte[]> own = a.get("/v1/packages/" + GatewayBench.DIGEST);
      assertThat(own.statusCode()).isEqualTo(200);
      assertThat(own.body()).hasSize(100_000);
      assertThat(own.headers().firstValue("content-type")).hasValue("application/octet-stream");

      assertRefused(a.get("/v1/packages/" + GatewayBench.OTHER_DIGEST), 403, "not-allowed");
      assertRefused(a.get("/v1/packages/sha256:../../pki/authority.pem"), 400, "invalid");
      assertRefused(a.get("/v1/packages/"), 400, "invalid");
      a.get("/v1/packages/" + GatewayBench.OTHER_DIGEST);
      assertThat(bench.writer.changes(Change.Audited.class))
          .as("one record a minute, not one a request")
          .hasSize(1);
    }
  }

  @Test
  void routesAreForProxiesOnly() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      assertRefused(a.get("/v1/routes?after=0&waitMillis=0"), 403, "not-allowed");
      assertRefused(
          a.post("/v1/proxy-report", new ProxyReport(A, "boot", 1, List.of())), 403, "not-allowed");
    }
  }

  @Test
  void proxyWaitsForRoutesUntilTheyChange() throws Exception {
    try (TestPeer p = bench.introduced(PROXY, CardRole.PROXY)) {
      assertThat(bench.writer.current().card(PROXY).orElseThrow().state())
          .isEqualTo(CardState.ASSIGNED);
      assertThat(p.get("/v1/routes?after=0&waitMillis=0").statusCode()).isEqualTo(204);
      assertThat(p.get("/v1/routes?after=0&waitMillis=50").statusCode()).isEqualTo(204);

      CompletableFuture<HttpResponse<byte[]>> poll =
          p.client()
              .sendAsync(
                  HttpRequest.newBuilder(p.uri("/v1/routes?after=0&waitMillis=20000")).build(),
                  BodyHandlers.ofByteArray());
      bench.routes.set(new RouteSnapshot(7, List.of()));
      bench.gateway.routesChanged();
      HttpResponse<byte[]> answer = poll.get();
      assertThat(p.json.decode(answer.body(), RouteSnapshot.class).version()).isEqualTo(7);
      assertThat(p.get("/v1/routes?after=7&waitMillis=0").statusCode()).isEqualTo(204);

      assertThat(
              p.post("/v1/proxy-report", new ProxyReport(PROXY, "boot", 7, List.of())).statusCode())
          .isEqualTo(204);
      assertThat(bench.observations.snapshot().proxies()).containsKey(PROXY);
    }
  }

  @Test
  void malformedAndOversizedMessagesAreRefusedWithTheirCause() throws Exception {
    try (TestPeer a = bench.introduced(A, CardRole.SERVER)) {
      assertRefused(a.post("/v1/report", "{".getBytes(StandardCharsets.UTF_8)), 400, "invalid");
      assertRefused(a.post("/v1/report", "{}".getBytes(StandardCharsets.UTF_8)), 400, "invalid");
      assertRefused(a.post("/v1/renew", new byte[40_000]), 413, "too-large");
      assertRefused(
          a.send(
              HttpRequest.newBuilder(a.uri("/v1/renew"))
                  .POST(
                      HttpRequest.BodyPublishers.ofInputStream(
                          () -> new ByteArrayInputStream(new byte[40_000])))),
          413,
          "too-large");
      assertRefused(a.get("/v1/report"), 405, "wrong-method");
      assertRefused(a.get("/v1/nothing"), 404, "not-found");
      assertRefused(a.get("/v1/routes?after=x"), 400, "invalid");
      assertThat(a.post("/v1/report", GatewayBench.report(A)).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void wordOfACardThatIsNotTheReaderAboutTheChassisIsLeftOut() throws Exception {
    var status = new io.cade.agent.wire.ChassisStatus(1, List.of(3, 4), List.of());
    try (TestPeer a = bench.introduced(A, CardRole.SERVER);
        TestPeer b = bench.introduced(B, CardRole.SERVER)) {
      Report fromA = new Report(A, "boot", List.of(), List.of(), status);
      Report fromB = new Report(B, "boot", List.of(), List.of(), status);
      assertThat(b.call("/v1/report", fromB, ReportReply.class).chassisReader()).isFalse();
      assertThat(bench.observations.snapshot().chassis()).isEmpty();
      assertThat(a.call("/v1/report", fromA, ReportReply.class).chassisReader()).isTrue();
      assertThat(bench.observations.snapshot().chassis().values())
          .singleElement()
          .satisfies(heard -> assertThat(heard.reader()).isEqualTo(A));
    }
  }

  @Test
  void plainTextAndOldTlsGetNothing() throws Exception {
    try (var socket =
        new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), bench.server.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write("POST /v1/enrol HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readAllBytes();
      assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP/1.1");
    } catch (java.net.SocketException reset) {
      assertThat(reset).isNotNull();
    }
    javax.net.ssl.SSLContext old = javax.net.ssl.SSLContext.getInstance("TLSv1.2");
    old.init(null, null, null);
    try (var socket =
        old.getSocketFactory()
            .createSocket(java.net.InetAddress.getLoopbackAddress(), bench.server.port())) {
      var tls = (javax.net.ssl.SSLSocket) socket;
      tls.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThatThrownBy(tls::startHandshake).isInstanceOf(IOException.class);
    }
  }
}
