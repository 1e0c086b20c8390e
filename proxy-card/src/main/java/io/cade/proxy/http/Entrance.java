package io.cade.proxy.http;

import io.cade.agent.wire.ProbeToken;
import io.cade.proxy.route.RouteTable;
import io.cade.proxy.route.Site;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Where every request that was well formed begins its one way through, whatever protocol it came
 * by: it gets its id, its site is looked up, and it is either answered here or given to an {@link
 * Exchange}. Stateless.
 */
final class Entrance {
  private Entrance() {}

  /**
   * Lets a request in.
   *
   * @param keepAlive whether the visitor wants to keep his connection
   * @return what carries it on, to be started; null when it has been answered
   */
  static @Nullable Exchange admit(
      ProxyServices services,
      Front front,
      VisitorInfo visitor,
      HttpRequest request,
      HeadFacts facts,
      boolean keepAlive) {
    boolean toHead = HttpMethod.HEAD.equals(request.method());
    if (ProxyHealthPage.isAsked(request, facts)) {
      front.respond(
          ProxyHealthPage.page(front.isDraining()), toHead, keepAlive && !facts.hasBody());
      return null;
    }
    String id = front.requestIds().next();
    RouteTable table = services.routes().current();
    String proof = ChallengeAnswer.asked(table, request, facts);
    if (proof != null) {
      boolean stay = keepAlive && !facts.hasBody() && !front.isDraining();
      ChallengeAnswer.account(services, visitor, request, facts, id);
      front.respond(ChallengeAnswer.page(proof, !stay), toHead, stay);
      return null;
    }
    Site site = table.find(facts.host());
    Failure failure = failureOf(table, site, visitor);
    if (site == null || failure != null) {
      Failure shown = failure != null ? failure : Failure.UNKNOWN_HOST;
      services.statistics().refused(shown.name());
      Gate.refused(services, visitor, request, facts, id, null, shown);
      answer(front, visitor, facts, id, shown, toHead, keepAlive);
      return null;
    }
    AimedRequest aim = AimedRequest.of(services, table, site, request);
    if (aim != null) {
      return aimed(services, front, visitor, table, aim, request, facts, id, keepAlive);
    }
    Failure objection = Gate.objection(table, site, visitor, request, facts);
    if (objection != null) {
      services.statistics().refused(objection.name());
      Gate.refused(services, visitor, request, facts, id, site, objection);
      answer(front, visitor, facts, id, objection, toHead, keepAlive);
      return null;
    }
    return new Exchange(services, front, visitor, table, site, request, facts, id, keepAlive, null);
  }

  /** The engine's: no access rule, no limit and no statistics is about it. */
  private static @Nullable Exchange aimed(
      ProxyServices services,
      Front front,
      VisitorInfo visitor,
      RouteTable table,
      AimedRequest aim,
      HttpRequest request,
      HeadFacts facts,
      String id,
      boolean keepAlive) {
    if (aim.isRouted()) {
      return new Exchange(
          services, front, visitor, table, aim.site(), request, facts, id, keepAlive, aim);
    }
    boolean stay = keepAlive && !facts.hasBody() && !front.isDraining();
    FullHttpResponse page = ErrorPage.of(Failure.NO_CARD, facts.host(), id, !stay);
    aim.markAnswer(page.headers(), ProbeToken.By.UNROUTED);
    front.respond(page, HttpMethod.HEAD.equals(request.method()), stay);
    return null;
  }

  private static void answer(
      Front front,
      VisitorInfo visitor,
      HeadFacts facts,
      String id,
      Failure failure,
      boolean toHead,
      boolean keepAlive) {
    boolean stay = keepAlive && !facts.hasBody() && !front.isDraining();
    FullHttpResponse page = ErrorPage.of(failure, facts.host(), id, !stay);
    front.respond(Gate.withRetry(page, failure, visitor), toHead, stay);
  }

  /** Over TLS, the certificate shown and the host asked for must be of one site (RFC 9110 §7.4). */
  private static @Nullable Failure failureOf(
      RouteTable table, @Nullable Site site, VisitorInfo visitor) {
    if (visitor.secure()) {
      String shown = visitor.serverName();
      Site certified = shown == null ? null : table.find(shown);
      if (site == null || certified == null || !certified.service().equals(site.service())) {
        return Failure.MISDIRECTED;
      }
    }
    return site == null || site.hasNoPages() ? Failure.UNKNOWN_HOST : null;
  }
}
