package io.cade.proxy.http;

import io.cade.proxy.route.RouteTable;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a card's response head the one for the visitor: framing anew, hop headers gone, no
 * internal address. One object an exchange, owned by its event loop.
 */
final class ResponseHead {
  private final HeadFacts facts;
  private final ResponseRewriter.Origin origin;
  private final RouteTable table;
  private final boolean toHead;
  private boolean backendKeepsAlive;
  private boolean visitorKeepsAlive;

  ResponseHead(HeadFacts facts, VisitorInfo visitor, RouteTable table, boolean toHead) {
    this.facts = facts;
    this.origin = new ResponseRewriter.Origin(visitor.scheme(), facts.authority(), facts.host());
    this.table = table;
    this.toHead = toHead;
  }

  /** Whether the card's connection can be used again after this response. */
  boolean backendKeepsAlive() {
    return backendKeepsAlive;
  }

  /** Whether the response has an end that the visitor can see without the connection's end. */
  boolean visitorKeepsAlive() {
    return visitorKeepsAlive;
  }

  /**
   * Rewrites a final response.
   *
   * @param mayStay whether the visitor's connection may stay open as far as the request goes
   * @return false when the response is not to be trusted
   */
  boolean rewrite(HttpResponse response, String card, boolean mayStay) {
    HttpHeaders headers = response.headers();
    String coding = headers.get(HttpHeaderNames.TRANSFER_ENCODING);
    if (coding != null
        && (!coding.equalsIgnoreCase("chunked")
            || headers.getAll(HttpHeaderNames.TRANSFER_ENCODING).size() > 1)) {
      return false; // a coding that would be lost on the way, its bytes taken for the content
    }
    boolean chunked = coding != null;
    boolean hasLength = headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    int status = response.status().code();
    boolean bodyless = toHead || status == 204 || status == 304;
    backendKeepsAlive = HttpUtil.isKeepAlive(response) && (bodyless || chunked || hasLength);
    visitorKeepsAlive = true;
    common(response, card);
    headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    if (!bodyless && (chunked || !hasLength)) {
      if (facts.version().atLeast11()) {
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      } else {
        visitorKeepsAlive = false; // HTTP/1.0 knows only the connection's end
      }
    }
    if (!mayStay || !visitorKeepsAlive) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (!facts.version().atLeast11()) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
    return true;
  }

  /** Rewrites 100, 103 and other responses that come before the final one. */
  void rewriteInterim(HttpResponse response, String card) {
    common(response, card);
  }

  /** Rewrites 101. */
  void rewriteSwitch(HttpResponse response, String card) {
    @Nullable String protocol = response.headers().get(HttpHeaderNames.UPGRADE);
    common(response, card);
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    if (protocol != null) {
      response.headers().set(HttpHeaderNames.UPGRADE, protocol);
    }
  }

  void rewriteTrailers(HttpHeaders trailers, String card) {
    HopHeaders.removeFrom(trailers);
    ResponseRewriter.hideAddresses(trailers, card, origin, table);
  }

  private void common(HttpResponse response, String card) {
    response.setProtocolVersion(HttpVersion.HTTP_1_1);
    HttpHeaders headers = response.headers();
    HopHeaders.removeFrom(headers);
    ResponseRewriter.hideAddresses(headers, card, origin, table);
    HopHeaders.addVia(headers, Version.HTTP_1_1);
  }
}
