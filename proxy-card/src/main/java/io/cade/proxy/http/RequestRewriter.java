package io.cade.proxy.http;

import io.cade.proxy.message.HeadFields;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes of a visitor's request the one for the card. Stateless. */
final class RequestRewriter {
  private static final AsciiString X_FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
  private static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("X-Forwarded-Proto");
  private static final AsciiString X_FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");
  private static final AsciiString FORWARDED = AsciiString.cached("Forwarded");

  /**
   * Beginnings of names by which services learn who the visitor is and how he came, and of the one
   * by which the engine aims.
   */
  private static final String[] ABOUT_HOPS = {
    "x-forwarded-", "x-real-ip", "x-client-ip", "x-request-id", "forwarded", "cade-probe"
  };

  private RequestRewriter() {}

  /**
   * Changes the request in place.
   *
   * @param requestId names the request from here on; one that the visitor has invented does not
   * @return the protocol that the visitor wants to change to, or null
   */
  static @Nullable String rewrite(
      HttpRequest request, HeadFacts facts, VisitorInfo visitor, String requestId) {
    HttpHeaders headers = request.headers();
    String upgrade = wantedUpgrade(headers, facts);
    boolean chunked = headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
    HopHeaders.removeFrom(headers);
    if (chunked) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    headers.remove("HTTP2-Settings");
    // A CGI program would take it for its own setting HTTP_PROXY.
    headers.remove("Proxy");
    if (facts.originTarget() != null) {
      request.setUri(facts.originTarget());
    }
    if (!facts.version().atLeast11()) {
      request.setProtocolVersion(HttpVersion.HTTP_1_1);
      // RFC 9110 §10.1.1: an HTTP/1.0 visitor would not understand the answer 100.
      headers.remove(HttpHeaderNames.EXPECT);
    }
    // The module's edge is here: what a visitor says about earlier hops could be invented, and a
    // service that trusts these headers must be able to.
    removeInvented(headers);
    headers.set(X_FORWARDED_FOR, visitor.address());
    headers.set(X_FORWARDED_PROTO, visitor.scheme());
    headers.set(X_FORWARDED_HOST, facts.authority());
    headers.set(
        FORWARDED,
        "for="
            + visitor.forwardedNode()
            + ";proto="
            + visitor.scheme()
            + ";host=\""
            + facts.authority()
            + "\"");
    headers.set(RequestIds.HEADER, requestId);
    HopHeaders.addVia(headers, facts.version());
    if (upgrade != null) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      headers.set(HttpHeaderNames.UPGRADE, upgrade);
    }
    return upgrade;
  }

  private static void removeInvented(HttpHeaders headers) {
    if (headers instanceof HeadFields fields) {
      for (String name : ABOUT_HOPS) {
        fields.strikeAlike(name);
      }
      return;
    }
    for (String name : headers.names()) {
      String alike = name.toLowerCase(Locale.ROOT).replace('_', '-');
      for (String each : ABOUT_HOPS) {
        if (alike.startsWith(each)) {
          headers.remove(name);
        }
      }
    }
  }

  private static @Nullable String wantedUpgrade(HttpHeaders headers, HeadFacts facts) {
    String upgrade = headers.get(HttpHeaderNames.UPGRADE);
    if (upgrade == null
        || !facts.version().atLeast11()
        || facts.hasBody()
        || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
      return null;
    }
    // h2c: whoever gets it through has a tunnel in which requests pass unguarded. TLS likewise. A
    // server may always overlook Upgrade (RFC 9110 §7.8).
    String lower = AsciiString.of(upgrade).toLowerCase().toString();
    return lower.contains("h2c") || lower.contains("http/") || lower.contains("tls")
        ? null
        : upgrade;
  }
}
