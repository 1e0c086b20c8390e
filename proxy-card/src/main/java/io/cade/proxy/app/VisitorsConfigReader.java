package io.cade.proxy.app;

import io.cade.agent.config.Section;
import io.cade.agent.wire.NetworkPrefix;
import io.cade.proxy.accesslog.AccessLogConfig;
import io.cade.proxy.guard.SignalPolicy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the keys of a {@link VisitorsConfig}. */
final class VisitorsConfigReader {
  private static final int MANY = 1_000_000;
  private static final List<String> PROXY_KEYS = List.of("accessLog", "localNetworks", "signals");

  private final Section root;
  private final Path folder;

  VisitorsConfigReader(Section root, Path folder) {
    this.root = root;
    this.folder = folder;
  }

  VisitorsConfig read(ProxyConfig.Role role, Section timeouts) {
    @Nullable AccessLogConfig log = accessLog(root.section("accessLog"));
    List<InetSocketAddress> metrics = root.socketAddresses("metrics");
    List<NetworkPrefix> local = root.list("localNetworks", 1024, NetworkPrefix::parse);
    if (!root.has("localNetworks")) {
      local = VisitorsConfig.standard().localNetworks();
    }
    Section signals = root.section("signals");
    SignalPolicy policy =
        SignalPolicy.of(
            signals.integer("slowHeads", 1, MANY, 20),
            signals.integer("flood", 1, MANY, 200),
            signals.integer("scan", 1, MANY, 150),
            signals.integer("guesses", 1, MANY, 20));
    Duration traffic =
        timeouts.duration(
            "traffic", Duration.ofMillis(250), Duration.ofHours(1), Duration.ofSeconds(5));
    if (role == ProxyConfig.Role.BALANCER) {
      for (String key : PROXY_KEYS) {
        if (root.has(key)) {
          root.problem(key, "is for the role proxy only");
        }
      }
    }
    return new VisitorsConfig(log, metrics, local, policy, traffic);
  }

  private @Nullable AccessLogConfig accessLog(Section log) {
    String file = log.text("file", "");
    AccessLogConfig.Form form =
        log.choice("form", AccessLogConfig.Form.class, AccessLogConfig.Form.COMBINED);
    long megabytes = log.integer("maxMegabytes", 0, MANY, 100);
    int keep = log.integer("keep", 0, 1000, 5);
    int ring = log.integer("ring", 16, 1 << 20, 8192);
    boolean on = log.flag("on", true);
    if (file.isEmpty()) {
      if (root.has("accessLog")) {
        log.problem("file", "is missing: where shall requests be logged?");
      }
      return null;
    }
    return on ? new AccessLogConfig(folder.resolve(file), form, megabytes << 20, keep, ring) : null;
  }
}
