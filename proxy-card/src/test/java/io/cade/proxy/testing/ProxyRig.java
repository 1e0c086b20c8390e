package io.cade.proxy.testing;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.HealthChecker;
import io.cade.proxy.balance.HealthPolicy;
import io.cade.proxy.balance.RetryBudget;
import io.cade.proxy.balance.RoundRobin;
import io.cade.proxy.http.HttpProxy;
import io.cade.proxy.http.ProxyServices;
import io.cade.proxy.http.VisitorLimits;
import io.cade.proxy.pool.PoolLimits;
import io.cade.proxy.route.Routes;
import io.cade.proxy.stats.ProxyStatistics;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A whole proxy on an ephemeral port, with routes made by hand. */
public final class ProxyRig implements AutoCloseable {
  /** Limits short enough to be waited for. */
  public static final VisitorLimits SHORT =
      new VisitorLimits(
          100,
          1024,
          4096,
          Duration.ofMillis(300),
          Duration.ofMillis(300),
          Duration.ofMillis(500),
          Duration.ofMillis(400),
          Duration.ofSeconds(5),
          4);

  public static final HealthPolicy QUICK =
      new HealthPolicy(
          HealthPolicy.Kind.HTTP,
          "/.cade/health",
          "health.cade.invalid",
          Duration.ofMillis(50),
          Duration.ofMillis(500),
          1,
          2);

  public final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  public final ProxyStatistics statistics = new ProxyStatistics();
  public final Backends backends;
  public final Routes routes;
  public final HttpProxy proxy;
  public final InetSocketAddress http;
  private final AtomicLong version = new AtomicLong();
  private final List<AutoCloseable> closing = new ArrayList<>();

  public ProxyRig(VisitorLimits limits, Set<String> trusted) throws Exception {
    backends = new Backends(QUICK, 1000, () -> {});
    routes = new Routes(backends, statistics, RoundRobin::new, InstantSource.system());
    proxy =
        new HttpProxy(
            group,
            new ProxyServices(
                routes,
                statistics,
                new RetryBudget(500),
                limits,
                b -> {},
                System::nanoTime,
                new SplittableRandom(1)),
            new PoolLimits(Duration.ofMillis(500), 64, Duration.ofSeconds(20), 4096, 16384),
            trusted);
    http = proxy.listen(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), false);
  }

  public ProxyRig(VisitorLimits limits) throws Exception {
    this(limits, Set.of());
  }

  public ProxyRig() throws Exception {
    this(VisitorLimits.standard());
  }

  /** Has the back ends checked from now on. */
  public ProxyRig withHealthChecks() {
    HealthChecker checker = new HealthChecker((EventLoop) group.next(), QUICK, backends::all);
    checker.start();
    closing.add(checker);
    return this;
  }

  public static RouteSnapshot.SiteRoute site(String service, String host, Card... cards) {
    List<RouteSnapshot.Backend> announced = new ArrayList<>();
    for (int i = 0; i < cards.length; i++) {
      announced.add(
          new RouteSnapshot.Backend(new CardPosition(1, i + 1), cards[i].host(), cards[i].port()));
    }
    return new RouteSnapshot.SiteRoute(service, List.of(host), announced, "", "");
  }

  public ProxyRig route(RouteSnapshot.SiteRoute... sites) {
    routes.apply(new RouteSnapshot(version.incrementAndGet(), List.of(sites)));
    return this;
  }

  /** One site called www.shop.example on these cards. */
  public ProxyRig shop(Card... cards) {
    return route(site("shop", "www.shop.example", cards));
  }

  public Backend backend(Card card) {
    return backends.at(card.host(), card.port());
  }

  public Visitor visitor() throws Exception {
    return new Visitor(http);
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : closing) {
      each.close();
    }
    proxy.drain(Duration.ofMillis(200));
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
  }
}
