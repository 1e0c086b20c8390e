package io.cade.proxy.http;

import io.cade.proxy.balance.ServicePolicy;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cookies as far as balancing needs them (RFC 6265): reads one, takes the proxy's own out of what
 * the card gets, and writes it. Stateless.
 */
final class AffinityCookie {
  private AffinityCookie() {}

  /** The value of a visitor's cookie, the first if there are several; null when there is none. */
  static @Nullable String find(HttpHeaders headers, String name) {
    for (String header : headers.getAll(HttpHeaderNames.COOKIE)) {
      for (String pair : header.split(";", -1)) {
        String value = valueOf(pair, name);
        if (value != null) {
          return value;
        }
      }
    }
    return null;
  }

  /** Like {@link #find}, and the card will not see the cookie: it is no business of the service. */
  static @Nullable String take(HttpHeaders headers, String name) {
    String found = find(headers, name);
    if (found == null) {
      return null;
    }
    List<String> kept = new ArrayList<>();
    for (String header : headers.getAll(HttpHeaderNames.COOKIE)) {
      List<String> pairs = new ArrayList<>();
      for (String pair : header.split(";", -1)) {
        if (valueOf(pair, name) == null) {
          pairs.add(pair.strip());
        }
      }
      if (!pairs.isEmpty()) {
        kept.add(String.join("; ", pairs));
      }
    }
    if (kept.isEmpty()) {
      headers.remove(HttpHeaderNames.COOKIE);
    } else {
      headers.set(HttpHeaderNames.COOKIE, kept);
    }
    return found;
  }

  private static @Nullable String valueOf(String pair, String name) {
    String stripped = pair.strip();
    int length = name.length();
    return stripped.length() > length && stripped.startsWith(name) && stripped.charAt(length) == '='
        ? stripped.substring(length + 1)
        : null;
  }

  /** The value of Set-Cookie. Scripts cannot read it; over TLS it comes back over TLS only. */
  static String set(ServicePolicy.Affinity affinity, String token, boolean secure) {
    StringBuilder cookie = new StringBuilder(96);
    cookie
        .append(affinity.cookie())
        .append('=')
        .append(token)
        .append("; Path=/; HttpOnly; SameSite=Lax");
    if (secure) {
      cookie.append("; Secure");
    }
    if (affinity.keep().isPositive()) {
      cookie.append("; Max-Age=").append(affinity.keep().toSeconds());
    }
    return cookie.toString();
  }
}
