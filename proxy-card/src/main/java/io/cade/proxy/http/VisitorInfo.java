package io.cade.proxy.http;

import io.cade.proxy.guard.VisitorGuard;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end.
 *
 * @param address numeric address of the visitor
 * @param secure came by TLS
 * @param guard of his connection; null when it is a balancer's own
 */
record VisitorInfo(String address, boolean secure, @Nullable VisitorGuard guard) {
  static VisitorInfo of(InetSocketAddress remote, boolean secure, @Nullable VisitorGuard guard) {
    String text = remote.getAddress().getHostAddress();
    int scope = text.indexOf('%');
    return new VisitorInfo(scope < 0 ? text : text.substring(0, scope), secure, guard);
  }

  String scheme() {
    return secure ? "https" : "http";
  }

  /** As a node of RFC 7239 §6: an IPv6 address is in brackets and so must be quoted. */
  String forwardedNode() {
    return address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
  }
}
