package io.cade.proxy.app;

import io.cade.agent.config.Section;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.proxy.balance.HealthPolicy;
import io.cade.proxy.balancer.BalancerLimits;
import io.cade.proxy.http.VisitorLimits;
import io.cade.proxy.pool.PoolLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the keys of a {@link ProxyConfig}. */
final class ConfigReader {
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MANY = 1_000_000;

  private final Section root;
  private final Path folder;

  ConfigReader(Section root, Path folder) {
    this.root = root;
    this.folder = folder;
  }

  ProxyConfig read() {
    ProxyConfig.Role role = root.choice("role", ProxyConfig.Role.class);
    CardPosition position = position();
    String bootConfig = root.text("bootConfig", "");
    Path state = folder.resolve(root.path("stateDirectory"));
    MacAddress mac = mac(position);
    List<InetSocketAddress> http = root.socketAddresses("http");
    List<InetSocketAddress> https = root.socketAddresses("https");
    List<String> trusted = hosts("trustedBalancers");
    List<InetSocketAddress> proxiesHttp = root.socketAddresses("proxiesHttp");
    List<InetSocketAddress> proxiesHttps = root.socketAddresses("proxiesHttps");
    List<String> source = hosts("sourceAddress");
    ProxyConfig.Balancing balancing =
        root.choice("balancing", ProxyConfig.Balancing.class, ProxyConfig.Balancing.ROUND_ROBIN);
    int threads = root.integer("threads", 0, 256, 0);
    Section health = root.section("health");
    Section timeouts = root.section("timeouts");
    Section limits = root.section("limits");
    VisitorsConfig visitors = new VisitorsConfigReader(root, folder).read(role, timeouts);
    LineConfig lines = new LineConfigReader(root).read(role, timeouts, limits);
    VirtualAddressConfig virtualAddress =
        new VirtualAddressConfigReader(root)
            .read(
                role,
                Stream.of(http, https, lines.ftp(), lines.pop3(), lines.pop3s())
                    .flatMap(List::stream));
    if (!root.has("http") && !root.has("https")) {
      root.problem("http", "is missing, and 'https' too: give at least one address to listen on");
    }
    roleKeys(role);
    ProxyConfig config =
        new ProxyConfig(
            role,
            position,
            bootConfig.isEmpty() ? null : folder.resolve(bootConfig),
            state,
            mac,
            http,
            https,
            Set.copyOf(trusted),
            proxiesHttp,
            proxiesHttps,
            source.isEmpty() ? null : source.getFirst(),
            balancing,
            threads,
            health(health),
            visitor(timeouts, limits),
            pool(timeouts, limits),
            balancer(timeouts, limits),
            limits.integer("connectionsPerBackend", 1, MANY, 1000),
            limits.integer("retryReserve", 0, MANY, 500),
            timeouts.duration("drain", Duration.ZERO, HOUR, Duration.ofSeconds(5)),
            timeouts.duration("report", Duration.ofMillis(250), HOUR, Duration.ofSeconds(2)),
            lines,
            visitors,
            proxyCards(),
            virtualAddress);
    return config;
  }

  private Map<String, CardPosition> proxyCards() {
    Map<String, CardPosition> cards = new HashMap<>();
    root.entries("proxyCards", ConfigReader::proxyCard)
        .forEach(card -> cards.put(card.address(), card.position()));
    return cards;
  }

  private record ProxyCard(String address, CardPosition position) {}

  private static ProxyCard proxyCard(String address, String position) {
    return new ProxyCard(Section.address(address).getHostAddress(), CardPosition.parse(position));
  }

  private void roleKeys(ProxyConfig.Role role) {
    if (role == ProxyConfig.Role.BALANCER) {
      if (root.has("http") != root.has("proxiesHttp")) {
        root.problem("proxiesHttp", "and 'http' go together: from where, and to where");
      }
      if (root.has("https") != root.has("proxiesHttps")) {
        root.problem("proxiesHttps", "and 'https' go together: from where, and to where");
      }
      forbidden("trustedBalancers", "proxy");
    } else {
      forbidden("proxiesHttp", "balancer");
      forbidden("proxiesHttps", "balancer");
      forbidden("proxyCards", "balancer");
      forbidden("sourceAddress", "balancer");
    }
  }

  private void forbidden(String key, String role) {
    if (root.has(key)) {
      root.problem(key, "is for the role " + role + " only");
    }
  }

  private List<String> hosts(String key) {
    return root.addresses(key).stream().map(InetAddress::getHostAddress).toList();
  }

  private CardPosition position() {
    CardPosition standIn = new CardPosition(0, 4);
    if (!root.has("position")) {
      root.problem("position", "is missing");
    }
    return root.parsed("position", standIn, CardPosition::parse);
  }

  private MacAddress mac(CardPosition position) {
    MacAddress otherwise =
        MacAddress.of(new byte[] {2, 0, 0, (byte) position.chassis(), (byte) position.slot(), 0});
    return root.parsed("mac", otherwise, MacAddress::new);
  }

  private static HealthPolicy health(Section health) {
    HealthPolicy standard = HealthPolicy.standard();
    String path = health.parsed("path", standard.path(), ConfigReader::urlPath);
    return new HealthPolicy(
        health.choice("kind", HealthPolicy.Kind.class, standard.kind()),
        path,
        standard.hostHeader(),
        health.duration("interval", Duration.ofMillis(50), HOUR, standard.interval()),
        health.duration("timeout", Duration.ofMillis(10), HOUR, standard.timeout()),
        health.integer("rise", 1, 100, standard.rise()),
        health.integer("fall", 1, 100, standard.fall()));
  }

  private static String urlPath(String text) {
    if (!text.matches("/[!-~]{0,255}")) {
      throw new IllegalArgumentException("'" + text + "', a path like /.cade/health is meant");
    }
    return text;
  }

  private static VisitorLimits visitor(Section timeouts, Section limits) {
    VisitorLimits standard = VisitorLimits.standard();
    return new VisitorLimits(
        limits.integer("visitors", 1, MANY, standard.maxVisitors()),
        limits.integer("requestLine", 256, 65536, standard.maxRequestLine()),
        limits.integer("header", 1024, 262144, standard.maxHeader()),
        timeouts.duration("head", MILLISECOND, HOUR, standard.headTimeout()),
        timeouts.duration("response", MILLISECOND, HOUR, standard.responseTimeout()),
        timeouts.duration("idle", MILLISECOND, HOUR, standard.idleTimeout()),
        timeouts.duration("keepAlive", MILLISECOND, HOUR, standard.keepAliveTimeout()),
        timeouts.duration(
            "tunnelIdle", MILLISECOND, Duration.ofHours(24), standard.tunnelIdleTimeout()),
        limits.integer("attempts", 1, 10, standard.maxAttempts()));
  }

  private static PoolLimits pool(Section timeouts, Section limits) {
    PoolLimits standard = PoolLimits.standard();
    return new PoolLimits(
        timeouts.duration("connect", MILLISECOND, HOUR, standard.connectTimeout()),
        limits.integer("idlePerBackend", 0, MANY, standard.maxIdlePerBackend()),
        timeouts.duration("backendIdle", MILLISECOND, HOUR, standard.maxIdleTime()),
        standard.maxResponseLine(),
        limits.integer("responseHeader", 1024, 1 << 20, standard.maxResponseHeader()));
  }

  private static BalancerLimits balancer(Section timeouts, Section limits) {
    BalancerLimits standard = BalancerLimits.standard();
    return new BalancerLimits(
        limits.integer("visitors", 1, MANY, standard.maxConnections()),
        timeouts.duration("connect", MILLISECOND, HOUR, standard.connectTimeout()),
        timeouts.duration("tunnelIdle", MILLISECOND, Duration.ofHours(24), standard.idleTimeout()));
  }
}
