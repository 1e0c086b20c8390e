package io.cade.proxy.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.HealthChecker;
import io.cade.proxy.balance.RoundRobin;
import io.cade.proxy.http.VisitorLimits;
import io.cade.proxy.testing.Card;
import io.cade.proxy.testing.ProxyRig;
import io.cade.proxy.testing.Visitor;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

// Lines of HTTP end with CRLF, which a text block would only hide.
@SuppressWarnings("StringConcatToTextBlock")
@Timeout(30)
class TcpBalancerTest {
  private static final String HOST = "www.shop.example";

  /** A balancer that connects from 127.0.0.3, an address that the proxies can tell apart. */
  private static final class Rig implements AutoCloseable {
    final MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    final Backends proxies = new Backends(ProxyRig.QUICK, 1000, () -> {});
    final TcpBalancer balancer =
        new TcpBalancer(
            group, new RoundRobin(), BalancerLimits.standard(), "127.0.0.3", System::nanoTime);
    final InetSocketAddress address;

    Rig(InetSocketAddress... targets) throws Exception {
      List<Backend> backends =
          Arrays.stream(targets)
              .map(target -> proxies.at(target.getAddress().getHostAddress(), target.getPort()))
              .toList();
      address =
          balancer.listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), backends);
    }

    Visitor visitor() throws Exception {
      return new Visitor(address);
    }

    @Override
    public void close() throws Exception {
      balancer.drain(Duration.ofMillis(100));
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }
  }

  private static ProxyRig proxy(Card card) throws Exception {
    return new ProxyRig(VisitorLimits.standard(), Set.of("127.0.0.3")).shop(card);
  }

  @Test
  void visitorReachesACardAndKeepsHisAddress() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig one = proxy(card);
        ProxyRig two = proxy(card);
        Rig rig = new Rig(one.http, two.http)) {
      for (int i = 0; i < 4; i++) {
        try (Visitor visitor = rig.visitor()) {
          assertThat(visitor.get(HOST, "/").body()).isEqualTo("hello");
        }
      }
      assertThat(card.requests)
          .hasSize(4)
          .allMatch(request -> request.header("X-Forwarded-For").equals("127.0.0.1"));
      assertThat(one.statistics.site("shop").requests()).isEqualTo(2);
      assertThat(two.statistics.site("shop").requests()).isEqualTo(2);
    }
  }

  @Test
  void connectionThatNoticesADeadProxyIsServedByTheOther() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig two = proxy(card)) {
      ProxyRig one = proxy(card);
      try (Rig rig = new Rig(one.http, two.http)) {
        one.close();
        for (int i = 0; i < 4; i++) {
          try (Visitor visitor = rig.visitor()) {
            assertThat(visitor.get(HOST, "/").body()).isEqualTo("hello");
          }
        }
        assertThat(rig.proxies.at("127.0.0.1", one.http.getPort()).health().permits()).isFalse();
      }
    }
  }

  @Test
  void checksFindAProxyThatIsBackAndOneThatDrains() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig one = proxy(card);
        Rig rig = new Rig(one.http)) {
      Backend backend = rig.proxies.at("127.0.0.1", one.http.getPort());
      backend.health().connectionFailed("test");
      try (HealthChecker checker =
          new HealthChecker((EventLoop) rig.group.next(), ProxyRig.QUICK, rig.proxies::all)) {
        checker.start();
        while (!backend.health().permits()) {
          Thread.onSpinWait();
        }
        one.proxy.drain(Duration.ZERO);
        while (backend.health().permits()) {
          Thread.onSpinWait();
        }
        assertThat(backend.health().cause()).startsWith("check:");
      }
    }
  }

  @Test
  void visitorIsClosedWhenNoProxyAnswers() throws Exception {
    try (Card card = Card.named("x")) {
      ProxyRig one = proxy(card);
      try (Rig rig = new Rig(one.http)) {
        one.close();
        try (Visitor visitor = rig.visitor()) {
          assertThat(visitor.isClosedByProxy()).isTrue();
        }
        assertThat(rig.balancer.refused()).isEqualTo(1);
      }
    }
  }

  @Test
  void eitherSideMayEndItsDirectionFirst() throws Exception {
    try (Card peer =
            new Card((request, in, out) -> {
              // Everything until the visitor's end, then the answer.
              byte[] rest = in.readAllBytes();
              out.write(rest);
              return false;
            });
        Rig rig = new Rig(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), peer.port()));
        Visitor visitor = rig.visitor()) {
      byte[] sent = "tail".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
      visitor.send("GET / HTTP/1.1\r\n\r\n");
      visitor.socket().getOutputStream().write(sent);
      visitor.socket().shutdownOutput();
      InputStream in = visitor.socket().getInputStream();
      byte[] back = in.readAllBytes();
      // In front of it the rest of the balancer's header, which this peer does not understand.
      int from = Math.max(0, back.length - sent.length);
      assertThat(Arrays.equals(Arrays.copyOfRange(back, from, back.length), sent)).isTrue();
    }
  }

  /** Takes a connection, reads the balancer's header and what follows, and is gone. */
  private static ScriptedProxy dyingAfter(String text) throws Exception {
    return new ScriptedProxy(text);
  }

  private static final class ScriptedProxy implements AutoCloseable {
    final ServerSocket listener = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
    final AtomicInteger visits = new AtomicInteger();

    ScriptedProxy(String text) throws Exception {
      Thread.ofVirtual()
          .start(() -> {
            while (!listener.isClosed()) {
              try (Socket socket = listener.accept()) {
                visits.incrementAndGet();
                socket.getInputStream().readNBytes(28 + text.length());
                socket.setSoLinger(true, 0);
              } catch (java.io.IOException e) {
                return; // closed
              }
            }
          });
    }

    InetSocketAddress address() {
      return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    @Override
    public void close() throws Exception {
      listener.close();
    }
  }

  @Test
  void proxyThatDiesBeforeItsFirstByteIsReplacedUnnoticed() throws Exception {
    String request = "GET /x HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";
    try (Card card = Card.named("hello");
        ScriptedProxy dying = dyingAfter(request);
        ProxyRig two = proxy(card);
        Rig rig = new Rig(dying.address(), two.http)) {
      for (int i = 0; i < 4; i++) {
        try (Visitor visitor = rig.visitor()) {
          assertThat(visitor.send(request).answer().body()).isEqualTo("hello");
          assertThat(visitor.get(HOST, "/").body()).isEqualTo("hello");
        }
      }
      assertThat(dying.visits.get()).isPositive();
    }
  }

  @Test
  void requestThatMayHaveBeenActedOnIsNotGivenToAnotherProxy() throws Exception {
    String request = "POST /x HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 1\r\n\r\na";
    try (Card card = Card.named("hello");
        ScriptedProxy dying = dyingAfter(request);
        ProxyRig two = proxy(card);
        Rig rig = new Rig(dying.address(), two.http);
        Visitor visitor = rig.visitor()) {
      visitor.send(request);
      assertThat(visitor.isClosedByProxy()).isTrue();
      assertThat(card.requests).isEmpty();
    }
  }

  @Test
  void balancerReportsItsProxies() throws Exception {
    try (Card card = Card.named("hello");
        ProxyRig one = proxy(card);
        Rig rig = new Rig(one.http)) {
      Backend proxy = rig.proxies.at("127.0.0.1", one.http.getPort());
      InetSocketAddress second =
          rig.balancer.listen(
              new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), List.of(proxy), "http");
      try (Visitor visitor = new Visitor(second)) {
        assertThat(visitor.get(HOST, "/").body()).isEqualTo("hello");
        var cards = Map.of("127.0.0.1", new CardPosition(0, 4));
        assertThat(rig.balancer.report(cards))
            .containsExactly(
                new ProxyReport.BackendReport("http", new CardPosition(0, 4), true, "", 1, 0, 1));
        proxy.health().connectionFailed("gone");
        assertThat(rig.balancer.report(cards).getFirst().cause()).isEqualTo("gone");
        assertThat(rig.balancer.report(Map.of())).isEmpty();
      }
    }
  }
}
