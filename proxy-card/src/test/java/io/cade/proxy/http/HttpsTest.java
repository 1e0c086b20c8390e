package io.cade.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.RouteSnapshot.SiteRoute;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.Certificates;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import io.cade.proxy.testing.Visitor.Answer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HttpsTest {
  private static SiteRoute withTls(SiteRoute route) throws Exception {
    Certificates.Pem pem = Certificates.selfSigned(route.hosts().getFirst());
    return new SiteRoute(route.service(), route.hosts(), route.backends(), pem.chain(), pem.key());
  }

  private static SSLSocket connect(InetSocketAddress proxy, String serverName) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            Certificates.trustingAll()
                .getSocketFactory()
                .createSocket(proxy.getAddress(), proxy.getPort());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(
        serverName.isEmpty() ? List.of() : List.of(new SNIHostName(serverName)));
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static String subject(SSLSocket socket) throws Exception {
    return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
        .getSubjectX500Principal()
        .getName();
  }

  private static InetSocketAddress https(ProxyRig rig) throws Exception {
    return rig.proxy.listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), true);
  }

  @Test
  void eachSiteShowsItsOwnCertificateAndIsServed() throws Exception {
    try (Card a = Card.named("a");
        Card b = Card.named("b");
        ProxyRig rig = new ProxyRig()) {
      rig.route(
          withTls(ProxyRig.site("one", "one.example", a)),
          withTls(ProxyRig.site("two", "two.example", b)));
      InetSocketAddress https = https(rig);
      try (SSLSocket socket = connect(https, "TWO.example");
          Visitor visitor = new Visitor(socket)) {
        Answer answer = visitor.get("two.example", "/");
        assertThat(answer.body()).isEqualTo("b");
        assertThat(subject(socket)).isEqualTo("CN=two.example");
        assertThat(b.requests.getFirst().header("X-Forwarded-Proto")).isEqualTo("https");
      }
      try (SSLSocket socket = connect(https, "one.example");
          Visitor visitor = new Visitor(socket)) {
        assertThat(visitor.get("one.example", "/").body()).isEqualTo("a");
        assertThat(subject(socket)).isEqualTo("CN=one.example");
      }
    }
  }

  @Test
  void hostOfAnotherSiteThanTheCertificatesIsMisdirected() throws Exception {
    try (Card a = Card.named("a");
        Card b = Card.named("b");
        ProxyRig rig = new ProxyRig()) {
      rig.route(
          withTls(ProxyRig.site("one", "one.example", a)),
          withTls(ProxyRig.site("two", "two.example", b)));
      try (Visitor visitor = new Visitor(connect(https(rig), "one.example"))) {
        assertThat(visitor.get("two.example", "/").status()).isEqualTo(421);
        assertThat(visitor.get("none.example", "/").status()).isEqualTo(421);
        assertThat(visitor.get("one.example", "/").status()).isEqualTo(200);
      }
      assertThat(b.requests).isEmpty();
    }
  }

  @Test
  void unknownOrAbsentServerNameIsRefusedInTheHandshake() throws Exception {
    try (Card a = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.route(
          withTls(ProxyRig.site("one", "one.example", a)),
          ProxyRig.site("plain", "plain.example", a));
      InetSocketAddress https = https(rig);
      for (String name : new String[] {"other.example", "plain.example", ""}) {
        try (SSLSocket socket = connect(https, name)) {
          assertThatThrownBy(socket::startHandshake)
              .as(name)
              .isInstanceOf(SSLException.class)
              .hasMessageContaining("unrecognized_name");
        }
      }
    }
  }

  @Test
  void renewedCertificateIsShownToNewConnectionsWhileOldOnesGoOn() throws Exception {
    try (Card a = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      rig.route(withTls(ProxyRig.site("one", "one.example", a)));
      InetSocketAddress https = https(rig);
      try (SSLSocket before = connect(https, "one.example");
          Visitor old = new Visitor(before)) {
        assertThat(old.get("one.example", "/").status()).isEqualTo(200);
        rig.route(withTls(ProxyRig.site("one", "one.example", a)));
        try (SSLSocket after = connect(https, "one.example");
            Visitor fresh = new Visitor(after)) {
          assertThat(fresh.get("one.example", "/").status()).isEqualTo(200);
          assertThat(after.getSession().getPeerCertificates()[0])
              .isNotEqualTo(before.getSession().getPeerCertificates()[0]);
        }
        assertThat(old.get("one.example", "/").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void certificateThatCannotBeUsedLeavesTheOtherSitesServed() throws Exception {
    try (Card a = Card.named("a");
        ProxyRig rig = new ProxyRig()) {
      SiteRoute bad = ProxyRig.site("bad", "bad.example", a);
      rig.route(
          new SiteRoute(bad.service(), bad.hosts(), bad.backends(), "no", "certificate"),
          withTls(ProxyRig.site("one", "one.example", a)));
      try (Visitor visitor = new Visitor(connect(https(rig), "one.example"))) {
        assertThat(visitor.get("one.example", "/").status()).isEqualTo(200);
      }
      try (Visitor visitor = rig.visitor()) {
        assertThat(visitor.get("bad.example", "/").status()).isEqualTo(200);
      }
    }
  }
}
