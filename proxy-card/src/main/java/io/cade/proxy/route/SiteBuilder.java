package io.cade.proxy.route;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.RouteSnapshot.SiteRoute;
import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.Setting;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.balance.Backends;
import io.cade.proxy.balance.Hash;
import io.cade.proxy.balance.HealthPolicy;
import io.cade.proxy.balance.ServicePolicy;
import io.cade.proxy.balance.ServiceState;
import io.cade.proxy.stats.ProxyStatistics;
import io.cade.proxy.stats.SiteCounters;
import io.netty.handler.ssl.SslContext;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the sites of a table from routes, with what the former table's sites have learnt. */
final class SiteBuilder {
  private static final String HTTP = "";

  private final Backends backends;
  private final Backends furtherBackends;
  private final ProxyStatistics statistics;
  private final Supplier<ServiceState> states;
  private final InstantSource clock;

  SiteBuilder(
      Backends backends,
      Backends furtherBackends,
      ProxyStatistics statistics,
      Supplier<ServiceState> states,
      InstantSource clock) {
    this.backends = backends;
    this.furtherBackends = furtherBackends;
    this.statistics = statistics;
    this.states = states;
    this.clock = clock;
  }

  /**
   * A site with what it was made of.
   *
   * @param states what it keeps, by protocol
   */
  record Built(SiteRoute route, Site site, Map<String, ServiceState> states) {}

  private record Card(RouteSnapshot.Backend announced, Backend backend) {}

  Built build(SiteRoute route, @Nullable SslContext tls, @Nullable Built former) {
    if (former != null
        && former.route().equals(route)
        && Objects.equals(former.site().tls(), tls)) {
      return former;
    }
    List<RouteSnapshot.Backend> ordered = new ArrayList<>(route.backends());
    ordered.sort(Comparator.comparing(RouteSnapshot.Backend::position));
    ServicePolicy policy = ServicePolicy.of(route.settings(), backends.policy());
    SiteCounters counters = statistics.site(route.service());
    Map<Backend, Site.Card> cards = new HashMap<>();
    List<Card> http = new ArrayList<>();
    Map<String, List<Card>> further = new HashMap<>();
    for (RouteSnapshot.Backend announced : ordered) {
      Site.Card card = new Site.Card(announced.position(), counters.card(announced.position()));
      if (announced.speaksHttp()) {
        Backend backend = backends.at(announced.address(), announced.port(), policy.health());
        if (cards.putIfAbsent(backend, card) != null) {
          continue;
        }
        http.add(new Card(announced, backend));
      }
      announced
          .further()
          .forEach((protocol, port) -> {
            Backend other =
                furtherBackends.at(announced.address(), port, greeting(policy.health()));
            if (cards.putIfAbsent(other, card) == null) {
              further
                  .computeIfAbsent(protocol, p -> new ArrayList<>())
                  .add(new Card(announced, other));
            }
          });
    }
    Map<String, ServiceState> kept = new HashMap<>();
    BackendGroup group = group(route, policy, HTTP, http, former, kept);
    Map<String, BackendGroup> groups = new HashMap<>();
    further.forEach((protocol, list) ->
        groups.put(protocol, group(route, policy, protocol, list, former, kept)));
    Site site =
        new Site(
            route.service(),
            http.stream().map(Card::backend).toList(),
            cards,
            group,
            counters,
            tls,
            groups);
    return new Built(route, site, kept);
  }

  /**
   * Other ports are checked by their greeting, as often as HTTP is; path and host are no matter.
   */
  private HealthPolicy greeting(HealthPolicy http) {
    HealthPolicy standard = furtherBackends.policy();
    return new HealthPolicy(
        standard.kind(),
        standard.path(),
        standard.hostHeader(),
        http.interval(),
        http.timeout(),
        http.rise(),
        http.fall());
  }

  private BackendGroup group(
      SiteRoute route,
      ServicePolicy policy,
      String protocol,
      List<Card> cards,
      @Nullable Built former,
      Map<String, ServiceState> kept) {
    ServiceState known = former == null ? null : former.states().get(protocol);
    ServiceState state = known != null ? known : states.get();
    kept.put(protocol, state);
    AffinityTokens tokens =
        policy.affinity() == null || route.affinityKey().isEmpty()
            ? AffinityTokens.NONE
            : new AffinityTokens(route.affinityKey(), route.service());
    ServiceSettings settings = route.settings();
    List<BackendGroup.Entry> entries = new ArrayList<>(cards.size());
    for (Card card : cards) {
      var position = card.announced().position();
      entries.add(
          new BackendGroup.Entry(
              state.member(position.toString(), card.backend()),
              settings.number(Setting.WEIGHT, position),
              settings.number(Setting.COST, position),
              settings.text(Setting.BACKUP, position).equals("yes"),
              card.announced().drainedUntil(),
              tokens.of(position)));
    }
    Backends from = protocol.equals(HTTP) ? backends : furtherBackends;
    return new BackendGroup(
        entries, policy, state, from::epoch, clock, Hash.of(route.service() + protocol));
  }
}
