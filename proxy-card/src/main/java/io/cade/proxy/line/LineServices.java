package io.cade.proxy.line;

import io.cade.agent.wire.NetworkPrefix;
import io.cade.agent.wire.VisitorSignal;
import io.cade.proxy.guard.Verdict;
import io.cade.proxy.route.Routes;
import io.cade.proxy.route.Site;
import io.cade.proxy.stats.ProxyStatistics;
import java.net.InetAddress;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What all sessions of FTP and POP3 share. Thread-safe.
 *
 * @param trustedBalancers numeric addresses from which each connection begins with a header of the
 *     PROXY protocol
 * @param sessions ends those on drained cards
 * @param nanoTime ticker, as {@link System#nanoTime}
 */
public record LineServices(
    Routes routes,
    ProxyStatistics statistics,
    LoginGuard guard,
    LineLimits limits,
    Set<String> trustedBalancers,
    CardSessions sessions,
    LongSupplier nanoTime) {
  public LineServices {
    trustedBalancers = Set.copyOf(trustedBalancers);
  }

  /** A login at a site begins: counts as a request of it. */
  public void login(Site site, InetAddress visitor) {
    site.counters().request();
    if (routes.guard().isLocal(visitor)) {
      site.counters().local(1, 0);
    }
  }

  /** A card refused user name or password: slows down what follows, and may become an alarm. */
  public void loginFailed(String service, InetAddress visitor) {
    refused(LineRefusal.LOGIN_FAILED);
    guard.failed(visitor);
    routes
        .guard()
        .watch()
        .saw(VisitorSignal.CREDENTIAL_GUESSING, service, NetworkPrefix.of(visitor));
  }

  /** Counts what the guard of visitors has refused. */
  public void refused(Verdict verdict) {
    statistics.refused(verdict.name());
  }

  /** Counts a refusal. */
  public void refused(LineRefusal reason) {
    statistics.refused(reason.name());
  }
}
