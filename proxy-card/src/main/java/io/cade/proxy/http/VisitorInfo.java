package io.cade.proxy.http;

import io.cade.proxy.guard.VisitorGuard;
import io.cade.proxy.tls.SiteSniHandler;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end.
 *
 * @param address numeric address of the visitor
 * @param secure came by TLS
 * @param serverName the name that he came in by over TLS, lower case
 * @param guard of his connection; null when it is a balancer's own
 */
record VisitorInfo(
    String address, boolean secure, @Nullable String serverName, @Nullable VisitorGuard guard) {
  /** Of a connection, or of whom the balancer in front says that it is made for. */
  static VisitorInfo of(Channel connection, boolean secure) {
    InetSocketAddress announced = connection.attr(ProxyProtocolHandler.VISITOR).get();
    InetSocketAddress remote =
        announced != null ? announced : (InetSocketAddress) connection.remoteAddress();
    String name = secure ? connection.attr(SiteSniHandler.SERVER_NAME).get() : null;
    String text = remote.getAddress().getHostAddress();
    int scope = text.indexOf('%');
    return new VisitorInfo(
        scope < 0 ? text : text.substring(0, scope), secure, name, Gate.of(connection));
  }

  String scheme() {
    return secure ? "https" : "http";
  }

  /** As a node of RFC 7239 §6: an IPv6 address is in brackets and so must be quoted. */
  String forwardedNode() {
    return address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
  }
}
