package io.cade.proxy.line;

import io.cade.proxy.route.Routes;
import io.cade.proxy.stats.ProxyStatistics;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What all sessions of FTP and POP3 share. Thread-safe.
 *
 * @param trustedBalancers numeric addresses from which each connection begins with a header of the
 *     PROXY protocol
 * @param nanoTime ticker, as {@link System#nanoTime}
 */
public record LineServices(
    Routes routes,
    ProxyStatistics statistics,
    LoginGuard guard,
    LineLimits limits,
    Set<String> trustedBalancers,
    LongSupplier nanoTime) {
  public LineServices {
    trustedBalancers = Set.copyOf(trustedBalancers);
  }

  /** Counts a refusal. */
  public void refused(LineRefusal reason) {
    statistics.refused(reason.name());
  }
}
