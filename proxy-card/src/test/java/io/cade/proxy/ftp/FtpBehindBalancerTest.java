package io.cade.proxy.ftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.RoundRobin;
import io.cade.proxy.balancer.BalancerLimits;
import io.cade.proxy.balancer.TcpBalancer;
import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.testing.LineClient;
import io.cade.proxy.testing.LineRig;
import io.cade.proxy.testing.ScriptedServer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The proxy at 127.0.0.1 behind a balancer that connects from 127.0.0.3 and listens at 127.0.0.2.
 */
@Timeout(30)
class FtpBehindBalancerTest {
  private static final InetAddress PUBLIC = InetAddress.ofLiteral("127.0.0.2");
  private static final String CARD = "127.0.0.7";

  private static final class Rig implements AutoCloseable {
    final int passivePort;
    final ServerSocket cardData = new ServerSocket(0, 5, InetAddress.ofLiteral(CARD));
    final ScriptedServer card;
    final LineRig proxy;
    final TcpBalancer balancer;
    final InetSocketAddress control;
    final InetSocketAddress pop3;

    Rig(FtpSettings settings, int passivePort) throws Exception {
      this.passivePort = passivePort;
      card = ScriptedServer.ftp(CARD, this::answer);
      proxy =
          new LineRig(LineRig.quick(), settings, Set.of("127.0.0.3")).shop("ftp", card.address());
      balancer =
          new TcpBalancer(
              proxy.group,
              new RoundRobin(),
              BalancerLimits.standard(),
              "127.0.0.3",
              System::nanoTime);
      control = balancer.listen(new InetSocketAddress(PUBLIC, 0), List.of(at(proxy.ftp.getPort())));
      pop3 = balancer.listen(new InetSocketAddress(PUBLIC, 0), List.of(at(proxy.pop3.getPort())));
      balancer.listen(new InetSocketAddress(PUBLIC, passivePort), List.of(at(passivePort)));
    }

    static Rig withPublicAddress() throws Exception {
      int port = freePort();
      return new Rig(new FtpSettings(port, port, (Inet4Address) PUBLIC, true, PUBLIC), port);
    }

    static Rig withoutPublicAddress() throws Exception {
      int port = freePort();
      return new Rig(new FtpSettings(port, port, null, true, null), port);
    }

    private static int freePort() throws IOException {
      try (ServerSocket probe = new ServerSocket(0)) {
        return probe.getLocalPort();
      }
    }

    private Backend at(int port) {
      return proxy.backends.at("127.0.0.1", port);
    }

    private String answer(String line) {
      return switch (line.split(" ", 2)[0]) {
        case "EPSV" -> "229 ok (|||" + cardData.getLocalPort() + "|)\r\n";
        case "RETR" -> {
          Thread.ofVirtual().start(() -> send("payload"));
          yield "150 now\r\n226 done\r\n";
        }
        default -> "200 ok\r\n";
      };
    }

    private void send(String text) {
      try (Socket socket = cardData.accept()) {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // the assertion misses the bytes
      }
    }

    LineClient in(String from) throws IOException {
      LineClient client = new LineClient(control, from);
      assertThat(client.line()).startsWith("220 ");
      client.ask("USER ann@www.shop.example");
      assertThat(client.ask("PASS secret")).startsWith("230 ");
      return client;
    }

    @Override
    public void close() throws Exception {
      balancer.drain(Duration.ofMillis(100));
      proxy.close();
      card.close();
      cardData.close();
    }
  }

  private static Socket connect(String from, int port) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.connect(new InetSocketAddress(PUBLIC, port), 3000);
    socket.setSoTimeout(5000);
    return socket;
  }

  @Test
  void passiveDataTakesTheBalancersPortOfThisProxyAndOnlyTheVisitorsAddress() throws Exception {
    try (Rig rig = Rig.withPublicAddress();
        LineClient client = rig.in("127.0.0.50")) {
      String reply = client.ask("PASV");
      assertThat(reply).startsWith("227 ").contains("(127,0,0,2,");
      assertThat(FtpAddress.portOfPassiveReply(reply)).isEqualTo(rig.passivePort);
      try (Socket thief = connect("127.0.0.51", rig.passivePort)) {
        assertThat(thief.getInputStream().read()).isEqualTo(-1);
        assertThat(rig.proxy.refusals(LineRefusal.FTP_DATA_THEFT)).isEqualTo(1);
      }
      try (Socket early = connect("127.0.0.50", rig.passivePort)) {
        assertThat(client.ask("RETR file")).startsWith("150 ");
        assertThat(early.getInputStream().readAllBytes()).asString().isEqualTo("payload");
      }
      assertThat(client.line()).startsWith("226 ");
    }
  }

  @Test
  void activeDataComesFromThePublicAddressToTheVisitorAlone() throws Exception {
    try (Rig rig = Rig.withPublicAddress();
        LineClient client = rig.in("127.0.0.50");
        ServerSocket mine = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.50"))) {
      assertThat(client.ask("EPRT |1|127.0.0.3|5000|")).startsWith("501 ");
      assertThat(client.ask("EPRT |1|127.0.0.50|" + mine.getLocalPort() + "|")).startsWith("200 ");
      assertThat(client.ask("RETR file")).startsWith("150 ");
      try (Socket data = mine.accept()) {
        assertThat(data.getInetAddress()).isEqualTo(PUBLIC);
        assertThat(data.getInputStream().readAllBytes()).asString().isEqualTo("payload");
      }
      assertThat(client.line()).startsWith("226 ");
    }
  }

  @Test
  void withoutAPublicAddressNothingIsOfferedThatWouldShowAnInternalOne() throws Exception {
    try (Rig rig = Rig.withoutPublicAddress();
        LineClient client = rig.in("127.0.0.50")) {
      assertThat(client.ask("PASV")).startsWith("425 ");
      assertThat(client.ask("PORT 127,0,0,50,200,1")).startsWith("502 ");
      assertThat(client.ask("EPSV"))
          .isEqualTo("229 Entering Extended Passive Mode (|||" + rig.passivePort + "|).");
    }
  }

  @Test
  void visitorsBehindTheBalancerAreCountedByTheirOwnAddress() throws Exception {
    try (Rig rig = Rig.withPublicAddress()) {
      var open = new java.util.ArrayList<LineClient>();
      for (int i = 0; i < 10; i++) {
        open.add(new LineClient(rig.pop3, "127.0.0.50"));
        assertThat(open.getLast().line()).startsWith("+OK");
      }
      try (LineClient tooMany = new LineClient(rig.pop3, "127.0.0.50");
          LineClient other = new LineClient(rig.pop3, "127.0.0.51")) {
        assertThat(tooMany.line()).startsWith("-ERR");
        assertThat(other.line()).startsWith("+OK");
      }
      for (LineClient each : open) {
        each.close();
      }
    }
  }
}
