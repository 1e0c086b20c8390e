package io.cade.proxy.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.cade.proxy.line.LineLimits;
import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.testing.LineClient;
import io.cade.proxy.testing.LineRig;
import io.cade.proxy.testing.ScriptedServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class Pop3ProxyTest {
  private static String plain(String user, String password) {
    return Base64.getEncoder()
        .encodeToString(("\0" + user + "\0" + password).getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void loginNamesTheSiteAndIsReplayedWithoutIt() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig().shop("pop3", card.address());
        LineClient client = new LineClient(rig.pop3)) {
      assertThat(client.line()).isEqualTo("+OK POP3 ready");
      assertThat(client.ask("USER ann@WWW.shop.example.")).isEqualTo("+OK");
      assertThat(card.heard).isEmpty();
      assertThat(client.ask("PASS right")).isEqualTo("+OK PASS");
      assertThat(client.ask("STAT")).isEqualTo("+OK STAT");
      assertThat(card.heard).containsExactly("USER ann", "PASS right", "STAT");
    }
  }

  @Test
  void commandsSentAlongWithTheLoginReachTheCardAfterIt() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig().shop("pop3", card.address());
        LineClient client = new LineClient(rig.pop3)) {
      client.line();
      client.raw("USER ann@www.shop.example\r\nPASS right\r\nSTAT\r\nLIST\r\n");
      assertThat(client.line()).isEqualTo("+OK");
      assertThat(client.line()).isEqualTo("+OK PASS");
      assertThat(client.line()).isEqualTo("+OK STAT");
      assertThat(client.line()).isEqualTo("+OK LIST");
    }
  }

  @Test
  void unknownSiteIsRefusedWithoutAskingACard() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig().shop("pop3", card.address());
        LineClient client = new LineClient(rig.pop3)) {
      client.line();
      client.ask("USER ann@elsewhere.example");
      assertThat(client.ask("PASS right")).startsWith("-ERR [AUTH]").doesNotContain("127.");
      client.ask("USER ann");
      assertThat(client.ask("PASS right")).startsWith("-ERR [AUTH]");
      assertThat(card.heard).isEmpty();
      assertThat(rig.refusals(LineRefusal.LOGIN_WITHOUT_SITE)).isEqualTo(2);
    }
  }

  @Test
  void siteWithoutMailboxesIsToldApartFromOneWithoutCards() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig =
            new LineRig()
                .shop("ftp", card.address())
                .site(
                    "news",
                    "news.example",
                    new io.cade.proxy.testing.Certificates.Pem("", ""),
                    "pop3");
        LineClient client = new LineClient(rig.pop3)) {
      client.line();
      client.ask("USER ann@www.shop.example");
      assertThat(client.ask("PASS x")).isEqualTo("-ERR [AUTH] this site has no mailboxes");
      client.ask("USER ann@news.example");
      assertThat(client.ask("PASS x")).startsWith("-ERR [SYS/TEMP]");
    }
  }

  @Test
  void cardThatDoesNotAnswerIsLeftForTheNext() throws Exception {
    InetSocketAddress nobody;
    try (ServerSocket closing = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.8"))) {
      nobody = (InetSocketAddress) closing.getLocalSocketAddress();
    }
    try (ScriptedServer busy = new ScriptedServer("127.0.0.9", "-ERR full\r\n", line -> "");
        ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig().shop("pop3", nobody, busy.address(), card.address())) {
      for (int i = 0; i < 3; i++) {
        try (LineClient client = new LineClient(rig.pop3)) {
          client.line();
          client.ask("USER ann@www.shop.example");
          assertThat(client.ask("PASS right")).isEqualTo("+OK PASS");
        }
      }
      assertThat(rig.further.at("127.0.0.8", nobody.getPort()).health().permits()).isFalse();
      assertThat(rig.further.at("127.0.0.9", busy.address().getPort()).health().permits())
          .isFalse();
    }
  }

  @Test
  void apopAndOtherMechanismsAreRefusedAndPlainIsTaken() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig().shop("pop3", card.address());
        LineClient client = new LineClient(rig.pop3)) {
      client.line();
      assertThat(client.ask("APOP ann 0123")).startsWith("-ERR APOP is not offered");
      assertThat(client.ask("AUTH CRAM-MD5")).startsWith("-ERR only AUTH PLAIN");
      assertThat(client.ask("AUTH PLAIN !!")).startsWith("-ERR [AUTH]");
      assertThat(client.ask("AUTH PLAIN " + plain("ann@www.shop.example", "x\r\nDELE 1")))
          .startsWith("-ERR [AUTH]");
      assertThat(client.ask("AUTH PLAIN")).isEqualTo("+ ");
      assertThat(client.ask(plain("ann@www.shop.example", "right"))).isEqualTo("+OK PASS");
      assertThat(card.heard).containsExactly("USER ann", "PASS right");
    }
  }

  @Test
  void plainTextSentBehindStlsIsThrownAwayAndCounted() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig().secureShop("pop3", card.address());
        LineClient client = new LineClient(rig.pop3)) {
      client.line();
      client.raw("STLS\r\nUSER mallory@www.shop.example\r\nPASS right\r\n");
      assertThat(client.line()).isEqualTo("+OK begin TLS");
      client.tls(LineRig.HOST);
      assertThat(client.ask("PASS right")).isEqualTo("-ERR USER comes first");
      assertThat(rig.refusals(LineRefusal.PIPELINED_BEFORE_TLS)).isEqualTo(1);
      assertThat(card.heard).isEmpty();
      assertThat(client.ask("USER ann")).isEqualTo("+OK"); // the server name is the site
      assertThat(client.ask("PASS right")).isEqualTo("+OK PASS");
    }
  }

  @Test
  void userSaidInPlainIsForgottenInTls() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig().secureShop("pop3", card.address());
        LineClient client = new LineClient(rig.pop3)) {
      client.line();
      client.ask("USER ann@www.shop.example");
      assertThat(client.ask("STLS")).startsWith("+OK");
      client.tls("");
      assertThat(client.ask("PASS right")).isEqualTo("-ERR USER comes first");
      assertThat(client.ask("STLS")).startsWith("-ERR");
    }
  }

  @Test
  void tlsFromTheFirstByteGreetsInsideTls() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig().secureShop("pop3", card.address());
        LineClient client = new LineClient(rig.pop3s).tls(LineRig.HOST)) {
      assertThat(client.line()).isEqualTo("+OK POP3 ready");
      assertThat(client.ask("CAPA")).isEqualTo("+OK");
      assertThat(client.until(".")).contains("USER", "SASL PLAIN").doesNotContain("STLS");
      client.ask("USER ann");
      assertThat(client.ask("PASS right")).isEqualTo("+OK PASS");
    }
  }

  @Test
  void loginForAnotherSiteThanTheCertificatesIsRefused() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        ScriptedServer other = ScriptedServer.pop3("127.0.0.9");
        LineRig rig =
            new LineRig()
                .secureShop("pop3", card.address())
                .site(
                    "news",
                    "news.example",
                    io.cade.proxy.testing.Certificates.selfSigned("news.example"),
                    "pop3",
                    other.address());
        LineClient client = new LineClient(rig.pop3s).tls(LineRig.HOST)) {
      client.line();
      client.ask("USER ann@news.example");
      assertThat(client.ask("PASS right"))
          .isEqualTo("-ERR [AUTH] this connection is for another site");
      assertThat(other.heard).isEmpty();
    }
  }

  @Test
  void loginInPlainIsRefusedWhereTlsIsRequired() throws Exception {
    var quick = LineRig.quick();
    var limits =
        new io.cade.proxy.line.LineLimits(
            quick.maxVisitors(),
            quick.maxPerVisitor(),
            quick.maxLine(),
            quick.maxReplyLine(),
            quick.loginAttempts(),
            quick.loginTimeout(),
            quick.connectTimeout(),
            quick.replyTimeout(),
            quick.idleTimeout(),
            quick.dataTimeout(),
            0,
            true);
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig(limits).secureShop("pop3", card.address());
        LineClient client = new LineClient(rig.pop3)) {
      client.line();
      client.ask("CAPA");
      assertThat(client.until(".")).contains("STLS").doesNotContain("USER");
      assertThat(client.ask("USER ann@www.shop.example")).startsWith("-ERR [AUTH] TLS");
      assertThat(client.ask("AUTH PLAIN " + plain("a@www.shop.example", "right")))
          .startsWith("-ERR [AUTH] TLS");
      client.ask("STLS");
      client.tls(LineRig.HOST);
      client.ask("USER ann");
      assertThat(client.ask("PASS right")).isEqualTo("+OK PASS");
    }
  }

  @Test
  void whatIsNoLineEndsTheConnection() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig(LineRig.quick()).shop("pop3", card.address())) {
      for (String bad :
          new String[] {"USER a\n", "USER a\rPASS b\r\n", "USER \0\r\n", "x".repeat(1100)}) {
        try (LineClient client = new LineClient(rig.pop3)) {
          client.line();
          assertThat(client.raw(bad + "NOOP\r\nNOOP\r\n").line()).startsWith("-ERR ");
          assertThat(client.rest()).isEmpty();
        }
      }
      assertThat(rig.refusals(LineRefusal.BAD_LINE)).isEqualTo(4);
      assertThat(card.heard).isEmpty();
    }
  }

  @Test
  void thirdFailedLoginEndsTheConnectionAndAllAreCounted() throws Exception {
    try (ScriptedServer card = ScriptedServer.pop3("127.0.0.7");
        LineRig rig = new LineRig().shop("pop3", card.address());
        LineClient client = new LineClient(rig.pop3)) {
      client.line();
      for (int i = 0; i < 3; i++) {
        assertThat(client.ask("USER ann@www.shop.example")).isEqualTo("+OK");
        assertThat(client.ask("PASS wrong" + i)).isEqualTo("-ERR [AUTH] no");
      }
      assertThat(client.rest()).isEmpty();
      assertThat(rig.refusals(LineRefusal.LOGIN_FAILED)).isEqualTo(3);
    }
  }

  @Test
  void connectionsOfOneAddressAreLimited() throws Exception {
    try (LineRig rig = new LineRig(LineRig.quick())) {
      var open = new java.util.ArrayList<LineClient>();
      for (int i = 0; i < 10; i++) {
        open.add(new LineClient(rig.pop3));
        assertThat(open.getLast().line()).startsWith("+OK");
      }
      try (LineClient tooMany = new LineClient(rig.pop3);
          LineClient other = new LineClient(rig.pop3, "127.0.0.2")) {
        assertThat(tooMany.line()).startsWith("-ERR [SYS/TEMP]");
        assertThat(other.line()).startsWith("+OK");
      }
      for (LineClient each : open) {
        each.close();
      }
    }
  }

  @Test
  void visitorWhoReadsNoRepliesIsNotReadFromForeverAndLosesHisConnection() throws Exception {
    LineLimits limits =
        new LineLimits(
            20,
            10,
            1024,
            8192,
            3,
            Duration.ofMillis(500),
            Duration.ofMillis(700),
            Duration.ofSeconds(3),
            Duration.ofSeconds(20),
            Duration.ofMillis(700),
            0,
            false);
    try (LineRig rig = new LineRig(limits);
        LineClient client = new LineClient(rig.pop3)) {
      String flood = "CAPA\r\n".repeat(1000);
      assertThatIOException()
          .isThrownBy(() -> {
            // 600 MB, which would be answered with 8 GB.
            for (int i = 0; i < 100_000; i++) {
              client.raw(flood);
            }
          });
    }
  }
}
