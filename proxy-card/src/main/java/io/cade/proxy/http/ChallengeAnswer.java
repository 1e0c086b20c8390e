package io.cade.proxy.http;

import io.cade.proxy.route.RouteTable;
import io.cade.proxy.stats.RequestAccount;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Answers a certificate authority that makes sure that a host is the module's (http-01, RFC 8555
 * §8.3). Before access rules and limits, because the authority does not say from where it asks; and
 * for the tokens of the route table only: every other request below that path is the site's own.
 * Stateless.
 */
final class ChallengeAnswer {
  private ChallengeAnswer() {}

  /** The answer to this request; null when it is not the proxy's to answer. */
  static @Nullable String asked(RouteTable table, HttpRequest request, HeadFacts facts) {
    String target = facts.originTarget() == null ? request.uri() : facts.originTarget();
    String proof = table.challenge(facts.host(), target);
    return proof != null
            && (HttpMethod.GET.equals(request.method()) || HttpMethod.HEAD.equals(request.method()))
        ? proof
        : null;
  }

  /** It is in the access log, so that an operator sees whether the authority came. */
  static void account(
      ProxyServices services,
      VisitorInfo visitor,
      HttpRequest request,
      HeadFacts facts,
      String requestId) {
    RequestAccount account = Gate.account(services, visitor, request, facts, requestId);
    account.answeredHere(HttpResponseStatus.OK.code());
    account.end(0, services.nanoTime().getAsLong());
  }

  static FullHttpResponse page(String proof, boolean close) {
    FullHttpResponse page =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.OK,
            Unpooled.copiedBuffer(proof, StandardCharsets.US_ASCII));
    page.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(HttpHeaderNames.CONTENT_LENGTH, proof.length());
    if (close) {
      page.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return page;
  }
}
