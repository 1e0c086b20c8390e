package io.cade.proxy.testing;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.RoundRobin;
import io.cade.proxy.ftp.FtpProtocol;
import io.cade.proxy.ftp.FtpSettings;
import io.cade.proxy.line.CardSessions;
import io.cade.proxy.line.LineLimits;
import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.line.LineServer;
import io.cade.proxy.line.LineServices;
import io.cade.proxy.line.LoginGuard;
import io.cade.proxy.pop3.Pop3Protocol;
import io.cade.proxy.route.Routes;
import io.cade.proxy.stats.ProxyStatistics;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** FTP and POP3 proxies on ephemeral ports, with routes made by hand. */
public final class LineRig implements AutoCloseable {
  /** Of the site shop; the cards' addresses differ from the proxy's, so that a leak shows. */
  public static final String HOST = "www.shop.example";

  public static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  public final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  public final ProxyStatistics statistics = new ProxyStatistics();
  public final Backends backends = new Backends(ProxyRig.QUICK, 1000, () -> {});
  public final Backends further = new Backends(ProxyRig.QUICK, 1000, () -> {});
  public final Routes routes =
      new Routes(backends, further, statistics, RoundRobin::new, InstantSource.system());

  /** Tells whether a drain's deadline has passed. */
  public volatile Instant now = Instant.parse("2026-03-01T12:00:00Z");

  public final CardSessions sessions = new CardSessions(routes, () -> now);
  public final LineServer ftpServer;
  public final LineServer pop3Server;
  public final InetSocketAddress ftp;
  public final InetSocketAddress pop3;
  public final InetSocketAddress pop3s;
  private final List<RouteSnapshot.SiteRoute> sites = new ArrayList<>();
  private long version;

  public LineRig(LineLimits limits, FtpSettings settings, Set<String> trusted) throws Exception {
    LineServices services =
        new LineServices(
            routes,
            statistics,
            new LoginGuard(System::nanoTime),
            limits,
            trusted,
            sessions,
            System::nanoTime);
    ftpServer = new LineServer(group, services, new FtpProtocol(settings, new Random(1)));
    pop3Server = new LineServer(group, services, new Pop3Protocol());
    ftp = ftpServer.listen(new InetSocketAddress(LOOPBACK, 0), false);
    pop3 = pop3Server.listen(new InetSocketAddress(LOOPBACK, 0), false);
    pop3s = pop3Server.listen(new InetSocketAddress(LOOPBACK, 0), true);
  }

  public LineRig(LineLimits limits) throws Exception {
    this(limits, FtpSettings.standard(), Set.of());
  }

  public LineRig() throws Exception {
    this(LineLimits.standard());
  }

  /** Short times, and few visitors. */
  public static LineLimits quick() {
    return new LineLimits(
        20,
        10,
        1024,
        8192,
        3,
        Duration.ofSeconds(20),
        Duration.ofMillis(700),
        Duration.ofSeconds(3),
        Duration.ofSeconds(20),
        Duration.ofMillis(700),
        0,
        false);
  }

  /** One more site. */
  public LineRig site(
      String service,
      String host,
      Certificates.Pem pem,
      String protocol,
      InetSocketAddress... cards) {
    List<RouteSnapshot.Backend> announced = new ArrayList<>();
    for (InetSocketAddress card : cards) {
      announced.add(
          new RouteSnapshot.Backend(
              new CardPosition(1, announced.size() + 1),
              card.getAddress().getHostAddress(),
              1,
              Map.of(protocol, card.getPort())));
    }
    sites.add(
        new RouteSnapshot.SiteRoute(service, List.of(host), announced, pem.chain(), pem.key()));
    routes.apply(new RouteSnapshot(++version, sites));
    return this;
  }

  /** The site shop without TLS. */
  public LineRig shop(String protocol, InetSocketAddress... cards) {
    return site("shop", HOST, new Certificates.Pem("", ""), protocol, cards);
  }

  /** The site shop with a certificate of its own. */
  public LineRig secureShop(String protocol, InetSocketAddress... cards) throws Exception {
    return site("shop", HOST, Certificates.selfSigned(HOST), protocol, cards);
  }

  /** Drains all cards of all sites, until then; null ends the drain. */
  public void drain(@Nullable Instant until) {
    sites.replaceAll(site ->
        new RouteSnapshot.SiteRoute(
            site.service(),
            site.hosts(),
            site.backends().stream()
                .map(card ->
                    new RouteSnapshot.Backend(
                        card.position(), card.address(), card.port(), card.further(), until))
                .toList(),
            site.certificateChainPem(),
            site.privateKeyPem()));
    routes.apply(new RouteSnapshot(++version, sites));
  }

  public long refusals(LineRefusal reason) {
    return statistics.refusals(reason.name());
  }

  @Override
  public void close() throws Exception {
    ftpServer.drain(Duration.ofMillis(200));
    pop3Server.drain(Duration.ofMillis(200));
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
  }
}
