package io.cade.proxy.route;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.RouteSnapshot.SiteRoute;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.BalancingAlgorithm;
import io.cade.proxy.guard.TrafficGuard;
import io.cade.proxy.stats.ProxyStatistics;
import io.cade.proxy.tls.SiteCertificates;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
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
  private final Supplier<BalancingAlgorithm> algorithms;
  private final TrafficGuard guard;
  private final SiteCertificates certificates = new SiteCertificates(InstantSource.system());
  private Map<String, BalancingAlgorithm> algorithmOfService = new HashMap<>();
  private volatile RouteTable current;

  /**
   * @param algorithms a new algorithm for each service that comes up
   */
  public Routes(
      Backends backends, ProxyStatistics statistics, Supplier<BalancingAlgorithm> algorithms) {
    this(backends, backends, statistics, algorithms);
  }

  /** Guarded by rules alone: what visitors do is told to nobody. */
  public Routes(
      Backends backends,
      Backends furtherBackends,
      ProxyStatistics statistics,
      Supplier<BalancingAlgorithm> algorithms) {
    this(backends, furtherBackends, statistics, algorithms, TrafficGuard.open(System::nanoTime));
  }

  /**
   * @param furtherBackends likewise for ports that speak other protocols than HTTP, because they
   *     are checked differently
   * @param guard makes the rules of each snapshot's protection
   */
  public Routes(
      Backends backends,
      Backends furtherBackends,
      ProxyStatistics statistics,
      Supplier<BalancingAlgorithm> algorithms,
      TrafficGuard guard) {
    this.backends = backends;
    this.furtherBackends = furtherBackends;
    this.statistics = statistics;
    this.algorithms = algorithms;
    this.guard = guard;
    this.current =
        new RouteTable(
            RouteSnapshot.empty().version(), Map.of(), List.of(), Set.of(), guard.rules(List.of()));
  }

  /** What guards these routes. */
  public TrafficGuard guard() {
    return guard;
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
    Map<String, Site> byHost = new HashMap<>();
    List<Site> sites = new ArrayList<>();
    Set<String> internal = new HashSet<>();
    Set<Backend> inUse = new HashSet<>();
    Set<Backend> furtherInUse = new HashSet<>();
    Set<String> services = new HashSet<>();
    Map<String, BalancingAlgorithm> nextAlgorithms = new HashMap<>();
    for (SiteRoute route : snapshot.sites()) {
      Site site = site(route, nextAlgorithms);
      sites.add(site);
      services.add(route.service());
      inUse.addAll(site.backends());
      site.further().values().forEach(furtherInUse::addAll);
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
    algorithmOfService = nextAlgorithms;
    current =
        new RouteTable(
            snapshot.version(), byHost, sites, internal, guard.rules(snapshot.protection()));
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

  /** Session tickets are made with a new key from now on; to be called every few hours. */
  public synchronized void rotateTicketKeys() {
    certificates.rotateTicketKeys();
  }

  private Site site(SiteRoute route, Map<String, BalancingAlgorithm> nextAlgorithms) {
    List<RouteSnapshot.Backend> ordered = new ArrayList<>(route.backends());
    ordered.sort(Comparator.comparing(RouteSnapshot.Backend::position));
    var counters = statistics.site(route.service());
    List<Backend> targets = new ArrayList<>();
    Map<Backend, Site.Card> cards = new HashMap<>();
    Map<String, List<Backend>> further = new HashMap<>();
    for (RouteSnapshot.Backend announced : ordered) {
      Backend backend = backends.at(announced.address(), announced.port());
      Site.Card card = new Site.Card(announced.position(), counters.card(announced.position()));
      if (cards.putIfAbsent(backend, card) == null) {
        targets.add(backend);
        announced
            .further()
            .forEach((protocol, port) -> {
              Backend other = furtherBackends.at(announced.address(), port);
              if (cards.putIfAbsent(other, card) == null) {
                further.computeIfAbsent(protocol, p -> new ArrayList<>()).add(other);
              }
            });
      }
    }
    BalancingAlgorithm kept = algorithmOfService.get(route.service());
    BalancingAlgorithm algorithm = kept != null ? kept : algorithms.get();
    nextAlgorithms.put(route.service(), algorithm);
    return new Site(
        route.service(),
        targets,
        cards,
        algorithm,
        counters,
        certificates.contextFor(
            route.service(), route.certificateChainPem(), route.privateKeyPem()),
        further);
  }
}
