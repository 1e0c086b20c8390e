package io.cade.proxy.route;

import io.cade.agent.wire.CardPosition;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BalancingAlgorithm;
import io.cade.proxy.stats.CardCounters;
import io.cade.proxy.stats.SiteCounters;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One service as a request needs it: where it can go, in which order, and where it is counted.
 * Immutable apart from what its parts count.
 *
 * @param backends its cards in order of their position
 * @param cards what is known of each of them
 * @param tls null when the site has no usable certificate
 * @param further the cards again, by the name of each other protocol that they speak ({@code ftp},
 *     {@code pop3}), at the ports for it
 */
public record Site(
    String service,
    List<Backend> backends,
    Map<Backend, Card> cards,
    BalancingAlgorithm algorithm,
    SiteCounters counters,
    @Nullable SslContext tls,
    Map<String, List<Backend>> further) {
  public Site {
    further = Map.copyOf(further);
    backends = List.copyOf(backends);
    cards = Map.copyOf(cards);
  }

  /** Where the cards speak another protocol than HTTP; empty when they do not. */
  public List<Backend> speaking(String protocol) {
    return further.getOrDefault(protocol, List.of());
  }

  /** A card of the service. */
  public record Card(CardPosition position, CardCounters counters) {}
}
