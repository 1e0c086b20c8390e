package io.cade.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport.BackendReport;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.WireJson;
import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.testing.LineClient;
import io.cade.proxy.testing.LineRig;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.ScriptedServer;
import io.cade.proxy.testing.Visitor;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sites of services that speak no HTTP: mailboxes or files alone. */
@Timeout(30)
class NoPagesTest {
  private static final CardPosition CARD = new CardPosition(1, 1);

  private static RouteSnapshot mail(
      int port, Map<String, Integer> further, @Nullable Boolean http) {
    return new RouteSnapshot(
        7,
        List.of(
            new RouteSnapshot.SiteRoute(
                "mail",
                List.of("mail.example"),
                List.of(new RouteSnapshot.Backend(CARD, "127.0.0.7", port, further, null, http)),
                "",
                "")));
  }

  @Test
  void noRequestOfHttpComesToItsCards() throws Exception {
    try (ServerSocket port = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.7"));
        ProxyRig rig = new ProxyRig()) {
      rig.routes.apply(mail(port.getLocalPort(), Map.of("pop3", port.getLocalPort()), false));
      assertThat(rig.routes.current().find("mail.example")).isNotNull();
      try (Visitor visitor = rig.visitor()) {
        assertThat(visitor.get("mail.example", "/").status()).isEqualTo(404);
      }
      assertThat(rig.statistics.refusals("UNKNOWN_HOST")).isEqualTo(1);
      port.setSoTimeout(300);
      assertThatThrownBy(port::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void itsCardsAreReportedByTheirGreeting() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig()) {
      int port = card.address().getPort();
      rig.routes.apply(mail(1, Map.of("pop3", port), false));
      Site site = Objects.requireNonNull(rig.routes.current().find("mail.example"));
      assertThat(site.hasNoPages()).isTrue();
      List<BackendReport> good = ProxyReporter.backends(rig.routes.current());
      assertThat(good).hasSize(1);
      assertThat(good.getFirst().position()).isEqualTo(CARD);
      assertThat(good.getFirst().usable()).isTrue();

      site.speaking("pop3").getFirst().health().connectionFailed("check: greeted with a refusal");

      BackendReport bad = ProxyReporter.backends(rig.routes.current()).getFirst();
      assertThat(bad.usable()).isFalse();
      assertThat(bad.cause()).isEqualTo("check: greeted with a refusal");
    }
  }

  @Test
  void whoLogsInComesToItsCardAndWhoWantsFilesIsToldThatThereAreNone() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig()) {
      rig.routes.apply(mail(1, Map.of("pop3", card.address().getPort()), false));
      try (LineClient client = new LineClient(rig.pop3)) {
        client.line();
        client.ask("USER ann@mail.example");
        assertThat(client.ask("PASS right")).isEqualTo("+OK PASS");
      }
      try (LineClient client = new LineClient(rig.ftp)) {
        client.line();
        assertThat(client.ask("USER ann@mail.example"))
            .isEqualTo("530 This site has no files for FTP.");
      }
      assertThat(rig.refusals(LineRefusal.NO_CARD)).isZero();
    }
  }

  @Test
  void routesOfEarlierVersionsMeanHttp() throws Exception {
    WireJson json = new WireJson();
    RouteSnapshot.Backend without =
        json.decode(
            "{\"position\":{\"chassis\":1,\"slot\":1},\"address\":\"127.0.0.7\",\"port\":80}"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
            RouteSnapshot.Backend.class);
    assertThat(without.speaksHttp()).isTrue();
    RouteSnapshot mail = mail(1, Map.of("pop3", 3), false);
    RouteSnapshot again = json.decode(json.encode(mail), RouteSnapshot.class);
    assertThat(again).isEqualTo(mail);
    assertThat(again.sites().getFirst().backends().getFirst().speaksHttp()).isFalse();
  }
}
