package io.cade.proxy.app;

import io.cade.agent.wire.NetworkPrefix;
import io.cade.proxy.accesslog.AccessLogConfig;
import io.cade.proxy.guard.SignalPolicy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a {@link ProxyConfig} for protection and accounting.
 *
 * @param accessLog null when requests are not logged
 * @param metrics where Prometheus may ask; own machine or management network only, for it is in
 *     plain and asks for no password
 * @param localNetworks visitors from there count as local
 * @param signals from when on the operator is told
 * @param traffic from one account to the engine to the next
 */
public record VisitorsConfig(
    @Nullable AccessLogConfig accessLog,
    List<InetSocketAddress> metrics,
    List<NetworkPrefix> localNetworks,
    SignalPolicy signals,
    Duration traffic) {
  /** What nobody outside has (RFC 1918, RFC 4193), loopback and link-local addresses. */
  static final List<String> LOCAL =
      List.of(
          "10.0.0.0/8",
          "172.16.0.0/12",
          "192.168.0.0/16",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "fc00::/7",
          "fe80::/10",
          "::1/128");

  /** No log, no metrics, private networks are local, {@link SignalPolicy#standard}, 5 s. */
  public static VisitorsConfig standard() {
    return new VisitorsConfig(
        null,
        List.of(),
        LOCAL.stream().map(NetworkPrefix::parse).toList(),
        SignalPolicy.standard(),
        Duration.ofSeconds(5));
  }

  public VisitorsConfig {
    metrics = List.copyOf(metrics);
    localNetworks = List.copyOf(localNetworks);
  }
}
