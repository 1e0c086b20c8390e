package io.cade.proxy.http;

import io.cade.agent.wire.ProbeToken;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.balance.Member;
import io.cade.proxy.route.RouteTable;
import io.cade.proxy.route.Site;
import io.cade.proxy.stats.RequestAccount;
import io.cade.proxy.stats.RequestSink;
import io.cade.proxy.stats.SiteCounters;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request of the engine that is aimed at one card of a site ({@link ProbeToken}). It goes the way
 * of every request, but to that card, drained or not, and is counted aside. Immutable.
 */
final class AimedRequest {
  private final String key;
  private final String token;
  private final Duration limit;
  private final Site site;
  private final @Nullable Member member;

  private AimedRequest(
      String key, String token, Duration limit, Site site, @Nullable Member member) {
    this.key = key;
    this.token = token;
    this.limit = limit;
    this.site = site;
    this.member = member;
  }

  /** What the request is aimed at; null for a visitor's, whatever he has put into the header. */
  static @Nullable AimedRequest of(
      ProxyServices services, RouteTable table, Site site, HttpRequest request) {
    String key = table.probeKey();
    String token = key.isEmpty() ? null : request.headers().get(ProbeToken.HEADER);
    if (token == null) {
      return null;
    }
    Optional<ProbeToken.Aim> aim =
        ProbeToken.read(key, site.service(), token, services.routes().now());
    if (aim.isEmpty()) {
      return null;
    }
    SiteCounters aside = services.statistics().aside();
    Member member = null;
    Map<Backend, Site.Card> cards = Map.of();
    for (Backend backend : site.backends()) {
      Site.Card card = site.cards().get(backend);
      BackendGroup.Entry entry = site.group().entry(backend);
      if (card != null && entry != null && card.position().equals(aim.get().card())) {
        member = entry.member();
        cards = Map.of(backend, new Site.Card(card.position(), aside.card(card.position())));
      }
    }
    Site counted =
        new Site(site.service(), site.backends(), cards, site.group(), aside, site.tls(), Map.of());
    return new AimedRequest(key, token, aim.get().limit(), counted, member);
  }

  /** Whether the routes have the card. */
  boolean isRouted() {
    return member != null;
  }

  /** The only one that may have the request; null when it is not routed. */
  @Nullable Member member() {
    return member;
  }

  /** The site, with counters of nobody. */
  Site site() {
    return site;
  }

  /** From the request to the head of the card's response. */
  Duration limit() {
    return limit;
  }

  /** Tells the engine that this answers what it has aimed. */
  void markAnswer(HttpHeaders headers, ProbeToken.By by) {
    headers.set(ProbeToken.HEADER, ProbeToken.answer(key, token, by));
  }

  /** An account that nobody reads: no log, no limits, no visitor. */
  RequestAccount account(
      ProxyServices services,
      VisitorInfo visitor,
      HttpRequest request,
      HeadFacts facts,
      String id) {
    return new RequestAccount(
        RequestSink.none(),
        new RequestAccount.Head(
            visitor.address(),
            visitor.secure(),
            facts.host(),
            request.method().name(),
            request.uri(),
            request.protocolVersion().text(),
            null,
            null,
            id),
        null,
        services.nanoTime().getAsLong());
  }
}
