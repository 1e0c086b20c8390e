package io.cade.proxy.http;

import io.cade.proxy.message.HeadFields;
import io.cade.proxy.route.RouteTable;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Keeps internal addresses inside (SPEC P1): wherever a response header names the card that
 * answered, or an absolute URL names any card, the visitor's own view of the site takes its place.
 * Stateless.
 */
final class ResponseRewriter {
  private ResponseRewriter() {}

  /**
   * Changes the headers in place.
   *
   * @param card internal address of the card that answers
   * @param origin scheme and authority under which the visitor knows the site
   */
  static void hideAddresses(HttpHeaders headers, String card, Origin origin, RouteTable routes) {
    if (headers instanceof HeadFields fields && !fields.mayHold(card, "://")) {
      return;
    }
    List<Map.Entry<String, String>> changes = null;
    for (Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        all.hasNext(); ) {
      Map.Entry<CharSequence, CharSequence> header = all.next();
      String value = header.getValue().toString();
      if (value.contains(card) || value.contains("://")) {
        String hidden = hide(value, card, origin, routes);
        if (!hidden.equals(value)) {
          if (changes == null) {
            changes = new ArrayList<>(2);
          }
          changes.add(Map.entry(header.getKey().toString(), hidden));
        }
      }
    }
    if (changes != null) {
      apply(headers, changes, card, origin, routes);
    }
  }

  /** Several headers of one name keep their number and order. */
  private static void apply(
      HttpHeaders headers,
      List<Map.Entry<String, String>> changes,
      String card,
      Origin origin,
      RouteTable routes) {
    for (Map.Entry<String, String> change : changes) {
      List<String> values = new ArrayList<>();
      for (String value : headers.getAll(change.getKey())) {
        values.add(hide(value, card, origin, routes));
      }
      headers.set(change.getKey(), values);
    }
  }

  static String hide(String value, String card, Origin origin, RouteTable routes) {
    return hideBare(hideUrls(value, origin, routes), card, origin);
  }

  /** {@code http://127.1.2.3:8000/x} becomes {@code https://www.shop.example/x}. */
  private static String hideUrls(String value, Origin origin, RouteTable routes) {
    int marker = value.indexOf("://");
    if (marker < 0) {
      return value;
    }
    StringBuilder result = new StringBuilder(value.length());
    int copied = 0;
    while (marker >= 0) {
      int hostStart = marker + 3;
      int hostEnd = addressEnd(value, hostStart);
      if (hostEnd > hostStart && routes.isInternal(value.substring(hostStart, hostEnd))) {
        int scheme = marker;
        while (scheme > copied && Character.isLetterOrDigit(value.charAt(scheme - 1))) {
          scheme--;
        }
        boolean http = value.regionMatches(true, scheme, "http", 0, 4);
        result
            .append(value, copied, scheme)
            .append(http ? origin.scheme() : value.substring(scheme, marker))
            .append("://")
            .append(origin.authority());
        copied = portEnd(value, hostEnd);
      }
      marker = value.indexOf("://", hostStart);
    }
    return copied == 0 ? value : result.append(value, copied, value.length()).toString();
  }

  /** The card's address on its own, with or without a port. */
  private static String hideBare(String value, String card, Origin origin) {
    int at = value.indexOf(card);
    if (at < 0) {
      return value;
    }
    StringBuilder result = new StringBuilder(value.length());
    int copied = 0;
    while (at >= 0) {
      int end = at + card.length();
      boolean whole =
          (at == 0 || !isAddressCharacter(value.charAt(at - 1)))
              && (end == value.length() || !Character.isLetterOrDigit(value.charAt(end)));
      if (whole) {
        int afterPort = portEnd(value, end);
        result
            .append(value, copied, at)
            .append(afterPort > end ? origin.authority() : origin.host());
        copied = afterPort;
      }
      at = value.indexOf(card, end);
    }
    return result.append(value, copied, value.length()).toString();
  }

  private static int addressEnd(String value, int from) {
    int end = from;
    while (end < value.length() && isAddressCharacter(value.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isAddressCharacter(char c) {
    return Character.digit(c, 16) >= 0 || c == '.';
  }

  private static int portEnd(String value, int from) {
    int end = from;
    if (end < value.length() && value.charAt(end) == ':') {
      int digits = end + 1;
      while (digits < value.length() && Character.isDigit(value.charAt(digits))) {
        digits++;
      }
      if (digits > end + 1) {
        end = digits;
      }
    }
    return end;
  }

  /**
   * @param authority host and port as the visitor wrote them
   */
  record Origin(String scheme, String authority, String host) {}
}
