package io.cade.proxy.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Headers that mean one connection only and end here (RFC 9110 §7.6.1). */
final class HopHeaders {
  /**
   * Not removed even when Connection names them: without them the message would be framed or routed
   * differently behind the proxy than in front of it.
   */
  private static final Set<String> NEVER_BY_NAME =
      Set.of("host", "content-length", "transfer-encoding", "content-type", "trailer", "via");

  private HopHeaders() {}

  /**
   * What would change the framing, the routing or the rights of a message if a reader took it from
   * the trailers as if it had stood at the head (RFC 9110 §6.5.1). In lower case.
   */
  private static final Set<String> NOT_IN_TRAILERS =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "trailer",
          "te",
          "connection",
          "keep-alive",
          "proxy-connection",
          "upgrade",
          "content-encoding",
          "content-type",
          "content-range",
          "authorization",
          "proxy-authorization",
          "cookie",
          "expect",
          "range",
          "forwarded",
          "via",
          "proxy",
          "x-real-ip",
          "x-request-id",
          "cade-probe");

  static boolean isForbiddenInTrailers(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return NOT_IN_TRAILERS.contains(lower) || lower.startsWith("x-forwarded-");
  }

  /** Removes from a request's trailers what may not be there. */
  static void cleanTrailers(HttpHeaders trailers) {
    if (!trailers.isEmpty()) {
      for (String name : trailers.names()) {
        if (isForbiddenInTrailers(name)) {
          trailers.remove(name);
        }
      }
    }
  }

  /** Removes them, and those that the Connection header names. */
  static void removeFrom(HttpHeaders headers) {
    List<String> connection = headers.getAll(HttpHeaderNames.CONNECTION);
    if (!connection.isEmpty()) {
      for (String value : connection) {
        for (String name : value.split(",", -1)) {
          String trimmed = name.trim();
          if (!trimmed.isEmpty() && !NEVER_BY_NAME.contains(trimmed.toLowerCase(Locale.ROOT))) {
            headers.remove(trimmed);
          }
        }
      }
      headers.remove(HttpHeaderNames.CONNECTION);
    }
    headers.remove("Keep-Alive");
    headers.remove("Proxy-Connection");
    headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
    headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
    headers.remove(HttpHeaderNames.TE);
    headers.remove(HttpHeaderNames.UPGRADE);
  }

  /**
   * Adds this hop to Via (RFC 9110 §7.6.3), under a pseudonym.
   *
   * @param received of the message that is passed on
   */
  static void addVia(HttpHeaders headers, Version received) {
    String via = headers.get(HttpHeaderNames.VIA);
    if (via == null) {
      headers.set(HttpHeaderNames.VIA, received.via());
    } else {
      headers.set(
          HttpHeaderNames.VIA,
          String.join(", ", headers.getAll(HttpHeaderNames.VIA)) + ", " + received.via());
    }
  }
}
