package io.cade.proxy.http;

import io.cade.agent.wire.VisitorSignal;
import io.cade.proxy.guard.Verdict;
import io.cade.proxy.guard.VisitorGuard;
import io.cade.proxy.route.RouteTable;
import io.cade.proxy.route.Site;
import io.cade.proxy.stats.RequestAccount;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where HTTP meets the guard and the accounts: when a visitor's address is known, when a request's
 * site is known, and when a request has ended. Stateless.
 */
final class Gate {
  private static final AttributeKey<VisitorGuard> GUARD = AttributeKey.valueOf("cade.guard");

  private Gate() {}

  /**
   * A visitor has come.
   *
   * @return false when he is to be sent away without a word: his network, or all visitors, have as
   *     many connections as allowed
   */
  static boolean enter(ProxyServices services, Channel connection, InetSocketAddress visitor) {
    var entrance =
        services.guard().enter(visitor.getAddress(), services.routes().current().guard());
    connection.attr(GUARD).set(entrance.visitor());
    connection.closeFuture().addListener(closed -> entrance.visitor().close());
    if (entrance.verdict() != Verdict.PASS) {
      services.statistics().refused(entrance.verdict().name());
      return false;
    }
    return true;
  }

  /** The guard of a connection; null when it is a balancer's own. */
  static @Nullable VisitorGuard of(Channel connection) {
    return connection.attr(GUARD).get();
  }

  /** Why a request for a site may not pass; null when it may. */
  static @Nullable Failure objection(
      RouteTable table, Site site, VisitorInfo visitor, HttpRequest request, HeadFacts facts) {
    VisitorGuard guard = visitor.guard();
    if (guard == null) {
      return null;
    }
    Verdict verdict = guard.admit(table.guard(), site.service(), request.uri().length());
    if (verdict == Verdict.PASS && facts.hasBody() && isBodyTooLarge(guard, request.headers())) {
      verdict = Verdict.BODY_TOO_LARGE;
    }
    if (verdict == Verdict.PASS) {
      return null;
    }
    site.counters().refused();
    return failure(verdict);
  }

  private static boolean isBodyTooLarge(VisitorGuard guard, HttpHeaders headers) {
    long most = guard.maxBodyBytes();
    if (most == Long.MAX_VALUE) {
      return false;
    }
    String announced = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    try {
      return announced != null && Long.parseLong(announced) > most;
    } catch (NumberFormatException e) {
      return true; // more digits than a long holds
    }
  }

  private static Failure failure(Verdict verdict) {
    return switch (verdict) {
      case NETWORK_DENIED -> Failure.NETWORK_DENIED;
      case SITE_RATE -> Failure.SITE_RATE;
      case VISITOR_RATE -> Failure.VISITOR_RATE;
      case SITE_CONNECTIONS -> Failure.SITE_CONNECTIONS;
      case VISITOR_CONNECTIONS -> Failure.VISITOR_CONNECTIONS;
      case URI_TOO_LONG_FOR_SITE -> Failure.URI_TOO_LONG_FOR_SITE;
      case BODY_TOO_LARGE -> Failure.BODY_TOO_LARGE;
      case PASS -> throw new IllegalStateException("no failure");
    };
  }

  /** Says in an answer when the next request would be let through. */
  static FullHttpResponse withRetry(FullHttpResponse page, Failure failure, VisitorInfo visitor) {
    VisitorGuard guard = visitor.guard();
    if (failure.status().code() == 429 && guard != null) {
      page.headers().set(HttpHeaderNames.RETRY_AFTER, guard.retryAfterSeconds());
    }
    return page;
  }

  /** A head that did not arrive in time. */
  static void slowHead(Channel connection) {
    VisitorGuard guard = of(connection);
    if (guard != null) {
      guard.saw(VisitorSignal.SLOW_HEADS, "");
    }
  }

  /** Opens the account of a request. */
  static RequestAccount account(
      ProxyServices services,
      VisitorInfo visitor,
      HttpRequest request,
      HeadFacts facts,
      String id) {
    boolean details = services.sink().wantsDetails();
    HttpHeaders headers = request.headers();
    return new RequestAccount(
        services.sink(),
        new RequestAccount.Head(
            visitor.address(),
            visitor.secure(),
            facts.host(),
            request.method().name(),
            request.uri(),
            request.protocolVersion().text(),
            details ? headers.get(HttpHeaderNames.REFERER) : null,
            details ? headers.get(HttpHeaderNames.USER_AGENT) : null,
            id),
        visitor.guard(),
        services.nanoTime().getAsLong());
  }

  /** Accounts for a request that was answered before it reached a site's cards. */
  static void refused(
      ProxyServices services,
      VisitorInfo visitor,
      HttpRequest request,
      HeadFacts facts,
      String id,
      @Nullable Site site,
      Failure failure) {
    RequestAccount account = account(services, visitor, request, facts, id);
    if (site != null) {
      account.at(site.service(), site.counters());
      site.counters().answered(failure.status().code());
    }
    account.answeredHere(failure.status().code());
    account.end(0, services.nanoTime().getAsLong());
  }
}
