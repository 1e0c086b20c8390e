package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.RouteSnapshot.SiteRoute;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.Certificates;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import io.netty.handler.ssl.OpenSsl;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What HTTPS does beyond showing the right certificate. */
@Timeout(60)
class TlsTest {
  private static SiteRoute secure(String service, String host, String more, Card card)
      throws Exception {
    SiteRoute plain = ProxyRig.site(service, host, card);
    Certificates.Pem pem = Certificates.selfSigned(host);
    return new SiteRoute(service, plain.hosts(), plain.backends(), pem.chain() + more, pem.key());
  }

  private static InetSocketAddress https(ProxyRig rig) throws Exception {
    return rig.proxy.listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), true);
  }

  private static SSLSocket connect(
      SSLContext client, InetSocketAddress proxy, String name, String... protocols)
      throws Exception {
    SSLSocket socket =
        (SSLSocket) client.getSocketFactory().createSocket(proxy.getAddress(), proxy.getPort());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    if (protocols.length > 0) {
      parameters.setProtocols(protocols);
    }
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static void needsBoringSsl() {
    Assumptions.assumeTrue(OpenSsl.isAvailable(), "needs BoringSSL for this system");
  }

  @Test
  void boringSslIsUsedWhereItCanBeLoaded() {
    Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux");
    assertThat(OpenSsl.isAvailable()).as(String.valueOf(OpenSsl.unavailabilityCause())).isTrue();
    assertThat(OpenSsl.versionString()).isEqualTo("BoringSSL");
  }

  private static final String REQUEST =
      "GET / HTTP/1.1\r\nHost: one.example\r\nConnection: close\r\n\r\n";

  /** One request by openssl, which keeps its session in the file or takes one from there. */
  private static boolean resumes(InetSocketAddress proxy, String name, String... options)
      throws Exception {
    String[] words = {
      "openssl",
      "s_client",
      "-ign_eof",
      "-connect",
      "127.0.0.1:" + proxy.getPort(),
      "-servername",
      name
    };
    String said = Programs.runWith(REQUEST, Programs.with(words, options));
    assertThat(said).containsPattern("(New|Reused), TLSv1");
    return said.contains("Reused, ");
  }

  @Test
  void sessionsAreResumedOnWhateverLoopTheNextConnectionFalls(@TempDir Path dir) throws Exception {
    needsBoringSsl();
    Assumptions.assumeTrue(Programs.has("openssl"), "needs openssl (package openssl)");
    String session = dir.resolve("session").toString();
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.route(secure("one", "one.example", "", card), secure("two", "two.example", "", card));
      InetSocketAddress https = https(rig);
      for (String[] way : new String[][] {{"-tls1_3"}, {"-tls1_2"}, {"-tls1_2", "-no_ticket"}}) {
        assertThat(resumes(https, "one.example", Programs.with(way, "-sess_out", session)))
            .isFalse();
        for (int i = 0; i < 4; i++) { // more connections than event loops
          assertThat(resumes(https, "one.example", Programs.with(way, "-sess_in", session)))
              .as(String.join(" ", way))
              .isTrue();
        }
        assertThat(resumes(https, "two.example", Programs.with(way, "-sess_in", session)))
            .as("a session of another site")
            .isFalse();
      }
    }
  }

  @Test
  void ticketsOutliveOneChangeOfTheirKeyButNotTwo(@TempDir Path dir) throws Exception {
    needsBoringSsl();
    Assumptions.assumeTrue(Programs.has("openssl"), "needs openssl (package openssl)");
    String session = dir.resolve("session").toString();
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.route(secure("one", "one.example", "", card));
      InetSocketAddress https = https(rig);
      assertThat(resumes(https, "one.example", "-tls1_3", "-sess_out", session)).isFalse();
      assertThat(resumes(https, "one.example", "-tls1_3", "-sess_in", session)).isTrue();
      rig.routes.rotateTicketKeys();
      assertThat(resumes(https, "one.example", "-tls1_3", "-sess_in", session)).isTrue();
      rig.routes.rotateTicketKeys();
      assertThat(resumes(https, "one.example", "-tls1_3", "-sess_in", session)).isFalse();
    }
  }

  private static String ticketKey(int of) {
    byte[] key = new byte[48];
    Arrays.fill(key, (byte) of);
    return Base64.getEncoder().encodeToString(key);
  }

  private static void apply(ProxyRig rig, int version, SiteRoute site, List<String> keys) {
    rig.routes.apply(new RouteSnapshot(version, List.of(site), List.of(), List.of(), keys));
  }

  @Test
  void sessionsAreResumedAtEveryProxyThatHasTheEnginesKeys(@TempDir Path dir) throws Exception {
    needsBoringSsl();
    Assumptions.assumeTrue(Programs.has("openssl"), "needs openssl (package openssl)");
    String session = dir.resolve("session").toString();
    try (Card card = Card.named("a");
        ProxyRig here = new ProxyRig();
        ProxyRig there = new ProxyRig();
        ProxyRig stranger = new ProxyRig()) {
      SiteRoute one = secure("one", "one.example", "", card);
      apply(here, 1, one, List.of(ticketKey(1), ticketKey(2)));
      apply(there, 1, one, List.of(ticketKey(1), ticketKey(2)));
      stranger.route(one);
      InetSocketAddress first = https(here);
      InetSocketAddress second = https(there);
      InetSocketAddress third = https(stranger);
      for (String version : new String[] {"-tls1_3", "-tls1_2"}) {
        assertThat(resumes(first, "one.example", version, "-sess_out", session)).isFalse();
        assertThat(resumes(second, "one.example", version, "-sess_in", session)).isTrue();
        assertThat(resumes(third, "one.example", version, "-sess_in", session)).isFalse();
      }
      // One has heard of the next key, the other not yet; its own timer changes nothing.
      apply(here, 2, one, List.of(ticketKey(2), ticketKey(3), ticketKey(1)));
      here.routes.rotateTicketKeys();
      assertThat(resumes(first, "one.example", "-tls1_2", "-sess_in", session)).isTrue();
      assertThat(resumes(first, "one.example", "-tls1_3", "-sess_out", session)).isFalse();
      assertThat(resumes(second, "one.example", "-tls1_3", "-sess_in", session)).isTrue();
      // Keys that are none leave those that are in use.
      apply(there, 3, one, List.of("AAAA"));
      assertThat(resumes(second, "one.example", "-tls1_3", "-sess_in", session)).isTrue();
      assertThat(here.routes.current().version()).isEqualTo(2);
    }
  }

  @Test
  void olderVersionsOfTlsAreRefused() throws Exception {
    Assumptions.assumeTrue(Programs.has("openssl"), "needs openssl (package openssl)");
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.route(secure("one", "one.example", "", card));
      String address = "127.0.0.1:" + https(rig).getPort();
      String[] connect = {"openssl", "s_client", "-connect", address, "-servername", "one.example"};
      assertThat(Programs.run(Programs.with(connect, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")))
          .containsAnyOf("alert protocol version", "Cipher is (NONE)");
      assertThat(Programs.run(Programs.with(connect, "-tls1_2"))).contains("Verify return code");
    }
  }

  @Test
  void ocspResponseIsStapledWhileItIsGood() throws Exception {
    needsBoringSsl();
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      String good = Certificates.ocspResponse("2020-01-01T00:00:00Z", "2090-01-01T00:00:00Z");
      String old = Certificates.ocspResponse("2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z");
      rig.route(
          secure("good", "good.example", good, card),
          secure("old", "old.example", old, card),
          secure("none", "none.example", "", card));
      InetSocketAddress https = https(rig);
      for (String name : new String[] {"good", "old", "none"}) {
        try (SSLSocket socket =
            connect(Certificates.trustingAll(), https, name + ".example", "TLSv1.3")) {
          socket.startHandshake();
          List<byte[]> stapled = ((ExtendedSSLSession) socket.getSession()).getStatusResponses();
          assertThat(stapled).as(name).hasSize(name.equals("good") ? 1 : 0);
        }
      }
    }
  }

  @Test
  void certificatesAreReplacedManyTimesUnderLoadAndNoConnectionIsLost() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.route(secure("one", "one.example", "", card));
      InetSocketAddress https = https(rig);
      try (SSLSocket first = connect(Certificates.trustingAll(), https, "one.example");
          Visitor old = new Visitor(first)) {
        for (int i = 0; i < 30; i++) {
          rig.route(secure("one", "one.example", "", card));
          if (i % 10 == 0) {
            System.gc(); // the library's memory of contexts that are gone is given back
          }
          assertThat(old.get("one.example", "/").status()).isEqualTo(200);
          try (SSLSocket socket = connect(Certificates.trustingAll(), https, "one.example");
              Visitor fresh = new Visitor(socket)) {
            assertThat(fresh.get("one.example", "/").status()).isEqualTo(200);
          }
        }
      }
    }
  }

  @Test
  void refusedNameIsCountedOnce() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.route(secure("one", "one.example", "", card));
      InetSocketAddress https = https(rig);
      try (SSLSocket socket = connect(Certificates.trustingAll(), https, "other.example")) {
        org.assertj.core.api.Assertions.assertThatThrownBy(socket::startHandshake)
            .hasMessageContaining("unrecognized_name");
      }
      assertThat(rig.statistics.refusals("UNKNOWN_SERVER_NAME")).isEqualTo(1);
    }
  }

  @Test
  void plainTextOnTheTlsPortIsCountedAndClosed() throws Exception {
    try (Card card = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.route(secure("one", "one.example", "", card));
      try (Visitor visitor = new Visitor(https(rig))) {
        visitor.send("GET / HTTP/1.1\r\nHost: one.example\r\n\r\n");
        boolean closed = false;
        while (!closed) {
          closed = visitor.isClosedByProxy(); // an alert may come first
        }
      }
      assertThat(rig.statistics.refusals("NO_TLS")).isEqualTo(1);
      assertThat(card.requests).isEmpty();
    }
  }

  @Test
  void curlSpeaksHttp2OverTlsAndInPlain() throws Exception {
    Assumptions.assumeTrue(Programs.has("curl"), "needs curl (package curl)");
    try (Card card = Card.named("from the card");
        ProxyRig rig = new ProxyRig()) {
      rig.route(secure("one", "one.example", "", card));
      int port = https(rig).getPort();
      String[] curl = {"curl", "-sk", "--max-time", "10", "-w", " %{http_version} %{http_code}"};
      String[] secure = {
        "--resolve", "one.example:" + port + ":127.0.0.1", "https://one.example:" + port + "/"
      };
      assertThat(Programs.run(Programs.with(Programs.with(curl, "--http2"), secure)))
          .isEqualTo("from the card 2 200");
      assertThat(Programs.run(Programs.with(Programs.with(curl, "--http1.1"), secure)))
          .isEqualTo("from the card 1.1 200");
      String plain = "http://127.0.0.1:" + rig.http.getPort() + "/";
      String[] host = {"-H", "Host: one.example", plain};
      assertThat(Programs.run(Programs.with(Programs.with(curl, "--http2-prior-knowledge"), host)))
          .isEqualTo("from the card 2 200");
      assertThat(Programs.run(Programs.with(Programs.with(curl, "--http2"), host)))
          .as("the Upgrade is overlooked")
          .isEqualTo("from the card 1.1 200");
    }
  }

  @Test
  void manyStreamsOfH2loadAllSucceed() throws Exception {
    Assumptions.assumeTrue(Programs.has("h2load"), "needs h2load (package nghttp2-client)");
    try (Card card = Card.named("x".repeat(5000));
        ProxyRig rig = new ProxyRig()) {
      rig.route(ProxyRig.site("here", "127.0.0.1", card));
      String out =
          Programs.run(
              "h2load", "-n2000", "-c4", "-m50", "http://127.0.0.1:" + rig.http.getPort() + "/");
      assertThat(out).contains("2000 succeeded, 0 failed, 0 errored, 0 timeout");
    }
  }
}
