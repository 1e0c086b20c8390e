package io.cade.proxy.route;

import io.cade.agent.wire.CardPosition;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.balance.Member;
import io.cade.proxy.stats.CardCounters;
import io.cade.proxy.stats.SiteCounters;
import io.netty.handler.ssl.SslContext;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One service as a request needs it: where it can go, in which order, and where it is counted.
 * Immutable apart from what its parts count.
 *
 * @param backends its cards that speak HTTP, in order of their position
 * @param cards what is known of each of them
 * @param group the cards as they are chosen for HTTP
 * @param tls null when the site has no usable certificate
 * @param further the cards again, by the name of each other protocol that they speak ({@code ftp},
 *     {@code pop3}), at the ports for it
 */
public record Site(
    String service,
    List<Backend> backends,
    Map<Backend, Card> cards,
    BackendGroup group,
    SiteCounters counters,
    @Nullable SslContext tls,
    Map<String, BackendGroup> further) {
  public Site {
    further = Map.copyOf(further);
    backends = List.copyOf(backends);
    cards = Map.copyOf(cards);
  }

  /** Where the cards speak another protocol than HTTP; empty when they do not. */
  public List<Backend> speaking(String protocol) {
    BackendGroup cards = further.get(protocol);
    return cards == null
        ? List.of()
        : cards.entries().stream().map(entry -> entry.member().backend()).toList();
  }

  /** The cards as they are chosen for another protocol; null when they do not speak it. */
  public @Nullable BackendGroup groupFor(String protocol) {
    return further.get(protocol);
  }

  /** Whether it has cards, of which none speaks HTTP. */
  public boolean hasNoPages() {
    return backends.isEmpty() && !cards.isEmpty();
  }

  /** By which its cards are judged: those for HTTP, where it has no pages those for the others. */
  public Collection<BackendGroup> judged() {
    return hasNoPages() ? further.values() : List.of(group);
  }

  /** The cards as they are chosen, for each protocol. */
  public List<BackendGroup> groups() {
    return Stream.concat(Stream.of(group), further.values().stream()).toList();
  }

  /** What the request is counted at for a member of any of the groups. */
  public Card card(Member member) {
    Card card = cards.get(member.backend());
    if (card == null) {
      throw new IllegalStateException(member + " is not a card of " + service);
    }
    return card;
  }

  /** A card of the service. */
  public record Card(CardPosition position, CardCounters counters) {}
}
