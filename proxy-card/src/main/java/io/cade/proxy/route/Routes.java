package io.cade.proxy.route;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.RouteSnapshot.SiteRoute;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.BalancingAlgorithm;
import io.cade.proxy.balance.ServiceState;
import io.cade.proxy.guard.TrafficGuard;
import io.cade.proxy.stats.ProxyStatistics;
import io.cade.proxy.tls.SiteCertificates;
import io.netty.handler.ssl.SslContext;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the table in use and makes the next one from a snapshot: beside the traffic, then one
 * reference is swapped. What outlives a snapshot (health, load, counters, the turn of an algorithm,
 * TLS contexts) is carried over. {@link #current} may be called by any thread, {@link #apply} is
 * serialised.
 */
public final class Routes {
  private static final Logger log = LoggerFactory.getLogger(Routes.class);

  private final Backends backends;
  private final Backends furtherBackends;
  private final ProxyStatistics statistics;
  private final TrafficGuard guard;
  private final SiteCertificates certificates;
  private final SiteBuilder builder;
  private final InstantSource clock;
  private Map<String, SiteBuilder.Built> built = new HashMap<>();
  private volatile RouteTable current;

  /**
   * @param algorithms a new algorithm for each service that comes up and has none set
   */
  public Routes(
      Backends backends,
      ProxyStatistics statistics,
      Supplier<BalancingAlgorithm> algorithms,
      InstantSource clock) {
    this(backends, backends, statistics, algorithms, clock);
  }

  /** Guarded by rules alone: what visitors do is told to nobody. */
  public Routes(
      Backends backends,
      Backends furtherBackends,
      ProxyStatistics statistics,
      Supplier<BalancingAlgorithm> algorithms,
      InstantSource clock) {
    this(
        backends,
        furtherBackends,
        statistics,
        () -> new ServiceState(algorithms.get()),
        clock,
        TrafficGuard.open(System::nanoTime));
  }

  /**
   * @param furtherBackends likewise for ports that speak other protocols than HTTP, because they
   *     are checked differently
   * @param states what a service that comes up is to keep
   * @param clock tells when the drain of a card is over
   * @param guard makes the rules of each snapshot's protection
   */
  public Routes(
      Backends backends,
      Backends furtherBackends,
      ProxyStatistics statistics,
      Supplier<ServiceState> states,
      InstantSource clock,
      TrafficGuard guard) {
    this.backends = backends;
    this.furtherBackends = furtherBackends;
    this.statistics = statistics;
    this.guard = guard;
    this.clock = clock;
    this.certificates = new SiteCertificates(clock);
    this.builder = new SiteBuilder(backends, furtherBackends, statistics, states, clock);
    this.current =
        new RouteTable(
            RouteSnapshot.empty().version(),
            Map.of(),
            List.of(),
            Set.of(),
            guard.rules(List.of()),
            Map.of(),
            "");
  }

  /** What guards these routes. */
  public TrafficGuard guard() {
    return guard;
  }

  /** The time by which drains and tokens end. */
  public Instant now() {
    return clock.instant();
  }

  /** The table in use. */
  public RouteTable current() {
    return current;
  }

  /**
   * Uses a snapshot from now on.
   *
   * @return false, and nothing changes, when it is older than the one in use
   */
  public synchronized boolean apply(RouteSnapshot snapshot) {
    if (snapshot.version() < current.version()) {
      log.warn("routes {} ignored: {} are in use already", snapshot.version(), current.version());
      return false;
    }
    certificates.useTicketKeys(snapshot.ticketKeys());
    Map<String, Site> byHost = new HashMap<>();
    List<Site> sites = new ArrayList<>();
    Set<String> internal = new HashSet<>();
    Set<Backend> inUse = new HashSet<>();
    Set<Backend> furtherInUse = new HashSet<>();
    Set<String> services = new HashSet<>();
    Map<String, SiteBuilder.Built> next = HashMap.newHashMap(snapshot.sites().size());
    for (SiteRoute route : snapshot.sites()) {
      SslContext tls =
          certificates.contextFor(
              route.service(), route.certificateChainPem(), route.privateKeyPem());
      // What has not changed is not made again: among thousands of sites one change is quick.
      SiteBuilder.Built made = builder.build(route, tls, built.get(route.service()));
      next.put(route.service(), made);
      Site site = made.site();
      sites.add(site);
      services.add(route.service());
      inUse.addAll(site.backends());
      for (BackendGroup group : site.further().values()) {
        group.entries().forEach(entry -> furtherInUse.add(entry.member().backend()));
      }
      for (RouteSnapshot.Backend backend : route.backends()) {
        internal.add(backend.address());
      }
      for (String host : route.hosts()) {
        Site first = byHost.putIfAbsent(host.toLowerCase(Locale.ROOT), site);
        if (first != null) {
          log.warn(
              "host {} is claimed by {} and by {}: it stays with the first",
              host,
              first.service(),
              route.service());
        }
      }
    }
    certificates.endOfSnapshot();
    Map<String, String> challenges = new HashMap<>();
    for (RouteSnapshot.Challenge each : snapshot.challenges()) {
      challenges.put(
          each.host().toLowerCase(Locale.ROOT) + RouteTable.CHALLENGES + each.token(),
          each.keyAuthorization());
    }
    built = next;
    current =
        new RouteTable(
            snapshot.version(),
            byHost,
            sites,
            internal,
            guard.rules(snapshot.protection()),
            challenges,
            snapshot.probeKey());
    // Only now: until the swap, requests were still looking at the former table.
    if (furtherBackends == backends) {
      inUse.addAll(furtherInUse);
    } else {
      furtherBackends.retain(furtherInUse);
    }
    backends.retain(inUse);
    statistics.retain(services);
    return true;
  }

  /**
   * Session tickets are made with a new key from now on, unless the engine gives the keys; to be
   * called every few hours.
   */
  public synchronized void rotateTicketKeys() {
    certificates.rotateTicketKeys();
  }
}
