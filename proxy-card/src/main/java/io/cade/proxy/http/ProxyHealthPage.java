package io.cade.proxy.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/**
 * The proxy's own health, for the load-balancing card: under a host name that no site can have (RFC
 * 6761 §6.4), so that a site's own page of that path stays its own.
 */
final class ProxyHealthPage {
  static final String HOST = "health.cade.invalid";
  static final String PATH = "/.cade/health";

  private ProxyHealthPage() {}

  static boolean isAsked(HttpRequest request, HeadFacts facts) {
    return facts.host().equals(HOST) && request.uri().equals(PATH);
  }

  static FullHttpResponse page(boolean draining) {
    String text = draining ? "draining\n" : "ok\n";
    FullHttpResponse page =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            draining ? HttpResponseStatus.SERVICE_UNAVAILABLE : HttpResponseStatus.OK,
            Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    page.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain")
        .set(HttpHeaderNames.CONTENT_LENGTH, text.length());
    return page;
  }
}
