package io.cade.proxy.ftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.testing.FileCard;
import io.cade.proxy.testing.LineClient;
import io.cade.proxy.testing.LineRig;
import io.cade.proxy.testing.ScriptedServer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What visitors send by hand, attacks among it, against cards that are written by hand. */
// Lines end with CRLF, which a text block would only hide.
@SuppressWarnings("StringConcatToTextBlock")
@Timeout(30)
class FtpProxyTest {
  private static final String CARD = "127.0.0.7";

  private static LineClient in(LineRig rig) throws IOException {
    return in(rig, "127.0.0.1");
  }

  private static LineClient in(LineRig rig, String from) throws IOException {
    LineClient client = new LineClient(rig.ftp, from);
    assertThat(client.line()).startsWith("220 ");
    assertThat(client.ask("USER ann@www.shop.example")).startsWith("331 ");
    assertThat(client.ask("PASS secret")).startsWith("230 ");
    return client;
  }

  private static ScriptedServer echo() throws IOException {
    return ScriptedServer.ftp(CARD, line -> "200 " + line + "\r\n");
  }

  private static int port(String reply) {
    assertThat(reply).startsWith("229 ");
    return FtpAddress.portOfExtendedReply(reply);
  }

  private static Socket connect(String from, int port) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.connect(new InetSocketAddress(LineRig.LOOPBACK, port), 3000);
    socket.setSoTimeout(5000);
    return socket;
  }

  @Test
  void loginIsHeldUntilItNamesASiteAndIsReplayedWithoutIt() throws Exception {
    try (ScriptedServer card = echo();
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = in(rig)) {
      assertThat(client.ask("CWD /a b")).isEqualTo("200 CWD /a b");
      assertThat(client.ask("noop")).isEqualTo("200 noop");
      assertThat(card.heard).containsExactly("USER ann", "PASS secret", "CWD /a b", "noop");
    }
  }

  @Test
  void commandsBeforeTheLoginNeverReachACard() throws Exception {
    try (ScriptedServer card = echo();
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = new LineClient(rig.ftp)) {
      client.line();
      assertThat(client.ask("LIST")).startsWith("530 ");
      assertThat(client.ask("PASV")).startsWith("530 ");
      assertThat(client.ask("PASS x")).startsWith("503 ");
      assertThat(client.ask("FEAT")).isEqualTo("211-Features:");
      assertThat(client.until("211 ")).contains(" AUTH TLS", " EPSV", " HOST");
      assertThat(client.ask("HOST nobody.example")).startsWith("504 ");
      assertThat(client.ask("HOST www.shop.example")).startsWith("220 ");
      assertThat(client.ask("USER ann")).startsWith("331 ");
      assertThat(card.heard).isEmpty();
      assertThat(client.ask("PASS secret")).startsWith("230 ");
      assertThat(client.ask("HOST www.shop.example")).startsWith("503 ");
    }
  }

  @Test
  void unknownSiteIsRefusedAndTheThirdTimeEndsTheConnection() throws Exception {
    try (LineRig rig = new LineRig();
        LineClient client = new LineClient(rig.ftp)) {
      client.line();
      assertThat(client.ask("USER ann@nowhere.example")).startsWith("530 ");
      assertThat(client.ask("USER ann")).startsWith("530 ");
      assertThat(client.ask("USER @www.shop.example")).startsWith("421 ");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void internalAddressesInRepliesAreReplaced() throws Exception {
    try (ScriptedServer card =
            ScriptedServer.ftp(
                CARD,
                line ->
                    "211-at 127.0.0.7, you 127.0.0.1; other 127.0.0.9\r\n"
                        + " (127,0,0,7,4,5) v1.2.3.4 and 127.0.0.71\r\n211 End\r\n");
        ScriptedServer other = ScriptedServer.pop3("127.0.0.9");
        LineRig rig =
            new LineRig(
                    LineRig.quick(),
                    new FtpSettings(
                        0, 0, (Inet4Address) InetAddress.ofLiteral("192.0.2.1"), true, null),
                    Set.of())
                .shop("ftp", card.address(), other.address());
        LineClient client = in(rig)) {
      assertThat(client.ask("STAT /"))
          .isEqualTo("211-at 192.0.2.1, you 192.0.2.1; other 192.0.2.1");
      assertThat(client.line()).isEqualTo(" (192,0,2,1,4,5) v1.2.3.4 and 127.0.0.71");
      assertThat(client.line()).isEqualTo("211 End");
      assertThat(client.ask("PASV")).startsWith("227 ").contains("(192,0,2,1,");
    }
  }

  @Test
  void bounceAndPrivilegedPortsAreRefused() throws Exception {
    try (ScriptedServer card = echo();
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = in(rig)) {
      assertThat(client.ask("PORT 192,0,2,9,10,10")).startsWith("501 ");
      assertThat(client.ask("EPRT |1|127.0.0.7|5000|")).startsWith("501 ");
      assertThat(client.ask("PORT 127,0,0,1,0,25")).startsWith("501 ");
      assertThat(client.ask("EPRT |2|::1|5000|")).startsWith("501 ");
      assertThat(rig.refusals(LineRefusal.FTP_BOUNCE)).isEqualTo(4);
      assertThat(client.ask("PORT 127,0,0,1,300,1")).startsWith("501 ");
      assertThat(client.ask("PORT 127,0,0,1")).startsWith("501 ");
      assertThat(client.ask("EPRT |3|x|5000|")).startsWith("522 ");
      assertThat(client.ask("RETR file")).startsWith("425 ");
      assertThat(client.ask("PORT 127,0,0,1,200,10")).startsWith("200 ");
      assertThat(card.heard).containsExactly("USER ann", "PASS secret");
    }
  }

  @Test
  void dataConnectionFromAnotherAddressGetsNothingAndTheVisitorItsData() throws Exception {
    try (FileCard card = new FileCard(CARD, "payload");
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = in(rig)) {
      int port = port(client.ask("EPSV"));
      try (Socket thief = connect("127.0.0.66", port)) {
        assertThat(thief.getInputStream().readAllBytes()).isEmpty();
        assertThat(rig.refusals(LineRefusal.FTP_DATA_THEFT)).isEqualTo(1);
        try (Socket data = connect("127.0.0.1", port)) {
          assertThat(client.ask("RETR file")).startsWith("150 from 127.0.0.1");
          assertThat(data.getInputStream().readAllBytes()).asString().isEqualTo("payload");
        }
      }
      assertThat(client.line()).startsWith("226 ");
    }
  }

  @Test
  void cardThatNamesAnotherAddressIsConnectedToAtItsOwn() throws Exception {
    try (ServerSocket data = new ServerSocket(0, 5, InetAddress.ofLiteral(CARD));
        ScriptedServer card =
            ScriptedServer.ftp(
                CARD,
                line ->
                    line.equals("EPSV")
                        ? "500 what\r\n"
                        : line.equals("PASV")
                            ? "227 =127,0,0,66,%d,%d\r\n"
                                .formatted(data.getLocalPort() >> 8, data.getLocalPort() & 255)
                            : "150 now\r\n226 done\r\n");
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = in(rig)) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket socket = data.accept()) {
              socket.getOutputStream().write('x');
            } catch (IOException e) {
              // the assertion below misses the byte
            }
          });
      int port = port(client.ask("EPSV"));
      try (Socket mine = connect("127.0.0.1", port)) {
        assertThat(client.ask("LIST")).startsWith("150 ");
        assertThat(mine.getInputStream().readAllBytes()).hasSize(1);
      }
      assertThat(client.line()).startsWith("226 ");
    }
  }

  @Test
  void visitorWhoNeverConnectsIsTold425AndTheSessionGoesOn() throws Exception {
    try (FileCard card = new FileCard(CARD, "payload");
        LineRig rig = new LineRig(LineRig.quick()).shop("ftp", card.address());
        LineClient client = in(rig)) {
      port(client.ask("EPSV"));
      assertThat(client.ask("RETR file")).startsWith("150 ");
      assertThat(client.line()).startsWith("425 ");
      int port = port(client.ask("EPSV"));
      try (Socket data = connect("127.0.0.1", port)) {
        assertThat(client.ask("RETR file")).startsWith("150 ");
        assertThat(data.getInputStream().readAllBytes()).hasSize(7);
      }
      assertThat(client.line()).startsWith("226 ");
    }
  }

  @Test
  void abortDuringATransferIsAnsweredTwiceAndStatAtOnce() throws Exception {
    try (FileCard card = new FileCard(CARD, "");
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = in(rig)) {
      int port = port(client.ask("EPSV"));
      try (Socket data = connect("127.0.0.1", port)) {
        assertThat(client.ask("RETR file")).startsWith("150 ");
        assertThat(client.ask("STAT")).startsWith("211-");
        assertThat(client.until("211 ")).anyMatch(line -> line.contains("sending, 0 bytes"));
        // With the Telnet signals of RFC 959 §4.1.3, the urgent byte taken out by the socket.
        client.raw("\u00ff\u00f4\u00f2ABOR\r\n");
        assertThat(client.line()).startsWith("426 ");
        assertThat(client.line()).startsWith("225 ");
      }
      assertThat(client.ask("ABOR")).startsWith("226 ");
    }
  }

  @Test
  void oneVisitorCannotWaitAtAllPassivePorts() throws Exception {
    int low;
    try (ServerSocket probe = new ServerSocket(0)) {
      low = Math.min(probe.getLocalPort(), 65_000);
    }
    try (ScriptedServer card = echo();
        LineRig rig =
            new LineRig(LineRig.quick(), new FtpSettings(low, low + 7, null, true, null), Set.of())
                .shop("ftp", card.address());
        LineClient first = in(rig);
        LineClient second = in(rig);
        LineClient third = in(rig);
        LineClient other = in(rig, "127.0.0.2")) {
      final int port = port(first.ask("EPSV"));
      assertThat(second.ask("EPSV")).startsWith("229 ");
      assertThat(third.ask("EPSV")).startsWith("425 ");
      assertThat(rig.refusals(LineRefusal.FTP_PORTS_OF_VISITOR)).isEqualTo(1);
      assertThat(other.ask("EPSV")).startsWith("229 ");
      assertThat(second.ask("EPSV")).as("once more, at its own port").startsWith("229 ");
      try (Socket used = connect("127.0.0.1", port)) {
        // He is let in on the event loop that the first session's next command passes, too.
        assertThat(first.ask("NOOP")).startsWith("200 ");
        assertThat(third.ask("EPSV")).startsWith("229 ");
        assertThat(used.isConnected()).isTrue();
      }
    }
  }

  @Test
  void passivePortsAreOfTheConfiguredRangeAndGivenBack() throws Exception {
    int low;
    try (ServerSocket probe = new ServerSocket(0)) {
      low = probe.getLocalPort();
    }
    try (ScriptedServer card = echo();
        LineRig rig =
            new LineRig(LineRig.quick(), new FtpSettings(low, low, null, true, null), Set.of())
                .shop("ftp", card.address());
        LineClient client = in(rig)) {
      assertThat(port(client.ask("EPSV"))).isEqualTo(low);
      assertThat(port(client.ask("EPSV 1"))).isEqualTo(low);
      assertThat(client.ask("EPSV 2")).startsWith("522 ");
      try (LineClient second = in(rig)) {
        assertThat(second.ask("EPSV")).startsWith("425 ");
        assertThat(rig.refusals(LineRefusal.FTP_NO_PORT)).isEqualTo(1);
      }
      assertThat(client.ask("EPSV ALL")).startsWith("200 ");
      assertThat(client.ask("PORT 127,0,0,1,200,10")).startsWith("501 ");
    }
  }

  @Test
  void commandsSentBehindAuthTlsInPlainAreThrownAway() throws Exception {
    try (ScriptedServer card = echo();
        LineRig rig = new LineRig().secureShop("ftp", card.address());
        LineClient client = new LineClient(rig.ftp)) {
      client.line();
      client.raw("AUTH TLS\r\nUSER mallory@www.shop.example\r\nPASS x\r\n");
      assertThat(client.line()).startsWith("234 ");
      client.tls(LineRig.HOST);
      assertThat(client.ask("PASS x")).startsWith("503 ");
      assertThat(rig.refusals(LineRefusal.PIPELINED_BEFORE_TLS)).isEqualTo(1);
      assertThat(client.ask("PROT P")).startsWith("503 ");
      assertThat(client.ask("PBSZ 0")).startsWith("200 ");
      assertThat(client.ask("PROT P")).startsWith("200 ");
      assertThat(client.ask("PROT S")).startsWith("536 ");
      assertThat(client.ask("CCC")).startsWith("534 ");
      assertThat(client.ask("AUTH TLS")).startsWith("503 ");
      assertThat(client.ask("USER ann")).startsWith("331 ");
      assertThat(client.ask("PASS secret")).startsWith("230 ");
    }
  }

  @Test
  void serverNameOfNobodyIsRefused() throws Exception {
    try (ScriptedServer card = echo();
        LineRig rig = new LineRig().secureShop("ftp", card.address());
        LineClient client = new LineClient(rig.ftp)) {
      client.line();
      assertThat(client.ask("AUTH SSL")).startsWith("504 ");
      client.ask("AUTH TLS");
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.tls("nobody.example"))
          .isInstanceOf(IOException.class);
      assertThat(rig.refusals(LineRefusal.UNKNOWN_SERVER_NAME)).isEqualTo(1);
    }
  }

  @Test
  void pipelinedCommandsAreAnsweredInOrder() throws Exception {
    try (ScriptedServer card = echo();
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = in(rig)) {
      StringBuilder many = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        many.append("CWD ").append(i).append("\r\n");
      }
      client.raw(many.toString());
      for (int i = 0; i < 100; i++) {
        assertThat(client.line()).isEqualTo("200 CWD " + i);
      }
    }
  }

  @Test
  void whatIsNoLineEndsTheConnectionAndReachesNoCard() throws Exception {
    try (ScriptedServer card = echo();
        LineRig rig = new LineRig(LineRig.quick()).shop("ftp", card.address())) {
      for (String bad :
          new String[] {
            "CWD a\n", "CWD a\rDELE b\r\n", "CWD \0\r\n", "CWD \u00ff\u0001\r\n", "x".repeat(1100)
          }) {
        try (LineClient client = in(rig)) {
          assertThat(client.raw(bad + "DELE b\r\n").line()).startsWith("500 ");
          assertThat(client.rest()).isEmpty();
        }
      }
      assertThat(card.heard).noneMatch(line -> line.contains("DELE") || line.contains("CWD"));
      assertThat(rig.refusals(LineRefusal.BAD_LINE)).isEqualTo(5);
    }
  }

  @Test
  void telnetCommandsAreTakenOutAndDoubledBytesRestored() throws Exception {
    try (ScriptedServer card = echo();
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = in(rig)) {
      client.raw("C\u00ff\u00fd\u0003WD \u00ff\u00ffx\u00ff\u00f1\r\n").line();
      assertThat(card.heard).contains("CWD \u00ff\u00ffx");
    }
  }

  @Test
  void unknownCommandsAndNewLoginsAreNotPassedOn() throws Exception {
    try (ScriptedServer card = echo();
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = in(rig)) {
      assertThat(client.ask("REIN")).startsWith("502 ");
      assertThat(client.ask("USER root")).startsWith("503 ");
      assertThat(client.ask("LPSV")).startsWith("502 ");
      assertThat(client.ask("XYZZY")).startsWith("502 ");
      assertThat(card.heard).containsExactly("USER ann", "PASS secret");
    }
  }

  @Test
  void lostCardEndsTheSessionWith421() throws Exception {
    try (ScriptedServer card =
            new ScriptedServer(
                CARD,
                "220 internal\r\n",
                line ->
                    line.startsWith("USER")
                        ? "331 p\r\n"
                        : line.startsWith("PASS") ? "230 in\r\n" : "no reply at all\r\n");
        LineRig rig = new LineRig().shop("ftp", card.address());
        LineClient client = in(rig)) {
      assertThat(client.ask("PWD")).startsWith("421 ");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void failedLoginsOfANetworkAreSlowedDown() throws Exception {
    try (ScriptedServer card =
            new ScriptedServer(
                CARD,
                "220 internal\r\n",
                line -> line.startsWith("USER") ? "331 p\r\n" : "530 user ann is unknown\r\n");
        LineRig rig = new LineRig().shop("ftp", card.address())) {
      long begun = System.nanoTime();
      for (int i = 0; i < 2; i++) {
        try (LineClient client = new LineClient(rig.ftp)) {
          client.line();
          for (int k = 0; k < 2; k++) {
            client.ask("USER ann@www.shop.example");
            assertThat(client.ask("PASS x")).isEqualTo("530 Login incorrect.");
          }
        }
      }
      assertThat(rig.refusals(LineRefusal.LOGIN_FAILED)).isEqualTo(4);
      assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(240));
    }
  }
}
