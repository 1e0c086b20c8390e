package io.cade.proxy.app;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.proxy.balance.HealthPolicy;
import io.cade.proxy.balancer.BalancerLimits;
import io.cade.proxy.http.VisitorLimits;
import io.cade.proxy.pool.PoolLimits;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    ProxyConfig.Role role = root.choice("role", ProxyConfig.Role.class, null);
    CardPosition position = position();
    String bootConfig = root.text("bootConfig");
    Path state = folder.resolve(root.required("stateDirectory", "."));
    MacAddress mac = mac(position);
    List<InetSocketAddress> http = root.socketAddresses("http");
    List<InetSocketAddress> https = root.socketAddresses("https");
    List<String> trusted = root.addresses("trustedBalancers");
    List<InetSocketAddress> proxiesHttp = root.socketAddresses("proxiesHttp");
    List<InetSocketAddress> proxiesHttps = root.socketAddresses("proxiesHttps");
    List<String> source = root.addresses("sourceAddress");
    ProxyConfig.Balancing balancing =
        root.choice("balancing", ProxyConfig.Balancing.class, ProxyConfig.Balancing.ROUND_ROBIN);
    int threads = root.integer("threads", 0, 0, 256);
    Section health = root.section("health");
    Section timeouts = root.section("timeouts");
    Section limits = root.section("limits");
    if (!root.has("http") && !root.has("https")) {
      root.problem("http", "is missing, and 'https' too: give at least one address to listen on");
    }
    roleKeys(role);
    ProxyConfig config =
        new ProxyConfig(
            role,
            position,
            bootConfig == null || bootConfig.isEmpty() ? null : folder.resolve(bootConfig),
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
            limits.integer("connectionsPerBackend", 1000, 1, MANY),
            limits.integer("retryReserve", 500, 0, MANY),
            timeouts.duration("drain", Duration.ofSeconds(5), Duration.ZERO, HOUR),
            timeouts.duration("report", Duration.ofSeconds(2), Duration.ofMillis(250), HOUR));
    health.end();
    timeouts.end();
    limits.end();
    root.end();
    return config;
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
      forbidden("sourceAddress", "balancer");
    }
  }

  private void forbidden(String key, String role) {
    if (root.has(key)) {
      root.problem(key, "is for the role " + role + " only");
    }
  }

  private CardPosition position() {
    CardPosition standIn = new CardPosition(0, 4);
    String text = root.required("position", standIn.toString());
    try {
      return CardPosition.parse(text);
    } catch (IllegalArgumentException e) {
      root.problem("position", "is wrong: " + e.getMessage());
      return standIn;
    }
  }

  private MacAddress mac(CardPosition position) {
    @Nullable String text = root.text("mac");
    if (text != null) {
      try {
        return new MacAddress(text);
      } catch (IllegalArgumentException e) {
        root.problem("mac", "is wrong: " + e.getMessage());
      }
    }
    return MacAddress.of(
        new byte[] {2, 0, 0, (byte) position.chassis(), (byte) position.slot(), 0});
  }

  private static HealthPolicy health(Section health) {
    HealthPolicy standard = HealthPolicy.standard();
    String path = health.text("path");
    if (path != null && !path.matches("/[!-~]{0,255}")) {
      health.problem("path", "is '" + path + "', a path like /.cade/health is meant");
      path = null;
    }
    return new HealthPolicy(
        health.choice("kind", HealthPolicy.Kind.class, standard.kind()),
        path == null ? standard.path() : path,
        standard.hostHeader(),
        health.duration("interval", standard.interval(), Duration.ofMillis(50), HOUR),
        health.duration("timeout", standard.timeout(), Duration.ofMillis(10), HOUR),
        health.integer("rise", standard.rise(), 1, 100),
        health.integer("fall", standard.fall(), 1, 100));
  }

  private static VisitorLimits visitor(Section timeouts, Section limits) {
    VisitorLimits standard = VisitorLimits.standard();
    return new VisitorLimits(
        limits.integer("visitors", standard.maxVisitors(), 1, MANY),
        limits.integer("requestLine", standard.maxRequestLine(), 256, 65536),
        limits.integer("header", standard.maxHeader(), 1024, 262144),
        timeouts.duration("head", standard.headTimeout(), MILLISECOND, HOUR),
        timeouts.duration("response", standard.responseTimeout(), MILLISECOND, HOUR),
        timeouts.duration("idle", standard.idleTimeout(), MILLISECOND, HOUR),
        timeouts.duration("keepAlive", standard.keepAliveTimeout(), MILLISECOND, HOUR),
        timeouts.duration(
            "tunnelIdle", standard.tunnelIdleTimeout(), MILLISECOND, Duration.ofHours(24)),
        limits.integer("attempts", standard.maxAttempts(), 1, 10));
  }

  private static PoolLimits pool(Section timeouts, Section limits) {
    PoolLimits standard = PoolLimits.standard();
    return new PoolLimits(
        timeouts.duration("connect", standard.connectTimeout(), MILLISECOND, HOUR),
        limits.integer("idlePerBackend", standard.maxIdlePerBackend(), 0, MANY),
        timeouts.duration("backendIdle", standard.maxIdleTime(), MILLISECOND, HOUR),
        standard.maxResponseLine(),
        limits.integer("responseHeader", standard.maxResponseHeader(), 1024, 1 << 20));
  }

  private static BalancerLimits balancer(Section timeouts, Section limits) {
    BalancerLimits standard = BalancerLimits.standard();
    return new BalancerLimits(
        limits.integer("visitors", standard.maxConnections(), 1, MANY),
        timeouts.duration("connect", standard.connectTimeout(), MILLISECOND, HOUR),
        timeouts.duration("tunnelIdle", standard.idleTimeout(), MILLISECOND, Duration.ofHours(24)));
  }
}
