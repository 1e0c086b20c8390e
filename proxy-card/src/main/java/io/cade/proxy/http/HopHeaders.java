package io.cade.proxy.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Headers that mean one connection only and end here (RFC 9110 §7.6.1). */
final class HopHeaders {
  private static final CharSequence VIA_TOKEN = "1.1 cade";

  /**
   * Not removed even when Connection names them: without them the message would be framed or routed
   * differently behind the proxy than in front of it.
   */
  private static final Set<String> NEVER_BY_NAME =
      Set.of("host", "content-length", "transfer-encoding", "content-type", "trailer", "via");

  private HopHeaders() {}

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

  /** Adds this hop to Via (RFC 9110 §7.6.3), under a pseudonym. */
  static void addVia(HttpHeaders headers) {
    String via = headers.get(HttpHeaderNames.VIA);
    if (via == null) {
      headers.set(HttpHeaderNames.VIA, VIA_TOKEN);
    } else {
      headers.set(
          HttpHeaderNames.VIA,
          String.join(", ", headers.getAll(HttpHeaderNames.VIA)) + ", " + VIA_TOKEN);
    }
  }
}
