package io.cade.proxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.AccessRules;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.NetworkPrefix;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.TrafficLimits;
import io.cade.agent.wire.VisitorSignal;
import io.cade.proxy.testing.LineClient;
import io.cade.proxy.testing.LineRig;
import io.cade.proxy.testing.ScriptedServer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LineGuardTest {
  private static final AccessRules NOT_HERE = new AccessRules(List.of(), List.of("127.0.0.0/8"));

  private static void protect(LineRig rig, SiteProtection protection) {
    RouteSnapshot.SiteRoute shop =
        new RouteSnapshot.SiteRoute(
            "shop",
            List.of(LineRig.HOST),
            List.of(
                new RouteSnapshot.Backend(
                    new CardPosition(1, 1), "127.0.0.1", 1, Map.of("ftp", 2, "pop3", 3))),
            "",
            "");
    rig.routes.apply(new RouteSnapshot(7, List.of(shop), List.of(protection)));
  }

  @Test
  void aNetworkThatMayNotComeAtAllIsSentAwayByFtpAndPop3() throws Exception {
    try (LineRig rig = new LineRig()) {
      protect(rig, new SiteProtection(SiteProtection.EVERYWHERE, NOT_HERE, TrafficLimits.none()));
      for (InetSocketAddress server : List.of(rig.ftp, rig.pop3)) {
        try (LineClient client = new LineClient(server)) {
          assertThat(client.line()).matches("(421|-ERR) .*");
        }
      }
      assertThat(rig.statistics.refusals("NETWORK_DENIED")).isEqualTo(2);
    }
  }

  @Test
  void guessedPasswordsBecomeASignalAboutTheSite() throws Exception {
    List<String> refused = List.of("USER ann", "PASS wrong");
    try (ScriptedServer card =
            new ScriptedServer(
                "127.0.0.7",
                "+OK",
                line -> refused.contains(line) && line.startsWith("P") ? "-ERR no" : "+OK");
        LineRig rig = new LineRig().shop("pop3", card.address())) {
      SignalWatch watch = rig.routes.guard().watch();
      try (LineClient client = new LineClient(rig.pop3)) {
        client.line();
        client.ask("USER ann@" + LineRig.HOST);
        assertThat(client.ask("PASS wrong")).startsWith("-ERR");
      }
      assertThat(watch.signals()).as("one is no attack").isEmpty();
      for (int i = 0; i < 19; i++) {
        watch.saw(VisitorSignal.CREDENTIAL_GUESSING, "shop", NetworkPrefix.parse("127.0.0.9"));
      }
      assertThat(watch.signals())
          .as("the login was the twentieth, bar what has faded meanwhile")
          .allSatisfy(s -> assertThat(s.service()).isEqualTo("shop"));
      watch.saw(VisitorSignal.CREDENTIAL_GUESSING, "shop", NetworkPrefix.parse("127.0.0.9"));
      watch.saw(VisitorSignal.CREDENTIAL_GUESSING, "shop", NetworkPrefix.parse("127.0.0.9"));
      assertThat(watch.signals())
          .singleElement()
          .satisfies(s -> assertThat(s.network()).isEqualTo("127.0.0.0/24"));
      assertThat(rig.statistics.site("shop").requests()).isEqualTo(1);
    }
  }

  @Test
  void aSitesRulesHoldForItsLoginsAndNoCardIsAsked() throws Exception {
    try (LineRig rig = new LineRig()) {
      protect(rig, new SiteProtection("shop", NOT_HERE, TrafficLimits.none()));
      try (LineClient client = new LineClient(rig.pop3)) {
        assertThat(client.line()).startsWith("+OK");
        assertThat(client.ask("USER ann@" + LineRig.HOST)).startsWith("+OK");
        assertThat(client.ask("PASS x"))
            .isEqualTo("-ERR [SYS/TEMP] not available to your network now");
      }
      try (LineClient client = new LineClient(rig.ftp)) {
        assertThat(client.line()).startsWith("220");
        assertThat(client.ask("USER ann@" + LineRig.HOST)).startsWith("331");
        assertThat(client.ask("PASS x")).startsWith("421");
      }
      assertThat(rig.statistics.site("shop").refusals()).isEqualTo(2);
      assertThat(rig.statistics.site("shop").requests()).isZero();
    }
  }
}
