package io.cade.proxy.http;

import java.net.InetSocketAddress;

/**
 * Who is at the other end.
 *
 * @param address numeric address of the visitor
 * @param secure came by TLS
 */
record VisitorInfo(String address, boolean secure) {
  static VisitorInfo of(InetSocketAddress remote, boolean secure) {
    String text = remote.getAddress().getHostAddress();
    int scope = text.indexOf('%');
    return new VisitorInfo(scope < 0 ? text : text.substring(0, scope), secure);
  }

  String scheme() {
    return secure ? "https" : "http";
  }

  /** As a node of RFC 7239 §6: an IPv6 address is in brackets and so must be quoted. */
  String forwardedNode() {
    return address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
  }
}
