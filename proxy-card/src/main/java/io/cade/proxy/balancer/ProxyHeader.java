package io.cade.proxy.balancer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Writes the header of the PROXY protocol, version 2, that tells a proxy card who the visitor is
 * (HAProxy, "The PROXY protocol", §2.2). Stateless.
 */
final class ProxyHeader {
  private static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final int VERSION_2_COMMAND_PROXY = 0x21;
  private static final int TCP_OVER_IPV4 = 0x11;
  private static final int TCP_OVER_IPV6 = 0x21;
  private static final int IPV4_LENGTH = 12;
  private static final int IPV6_LENGTH = 36;

  private ProxyHeader() {}

  /** The header for a connection from the visitor to the balancer. */
  static ByteBuf encode(
      ByteBufAllocator allocator, InetSocketAddress visitor, InetSocketAddress balancer) {
    byte[] from = visitor.getAddress().getAddress();
    byte[] to = balancer.getAddress().getAddress();
    boolean v6 = from.length == 16 || to.length == 16;
    ByteBuf header = allocator.buffer(16 + IPV6_LENGTH);
    header.writeBytes(SIGNATURE);
    header.writeByte(VERSION_2_COMMAND_PROXY);
    header.writeByte(v6 ? TCP_OVER_IPV6 : TCP_OVER_IPV4);
    header.writeShort(v6 ? IPV6_LENGTH : IPV4_LENGTH);
    header.writeBytes(v6 ? as16(visitor.getAddress()) : from);
    header.writeBytes(v6 ? as16(balancer.getAddress()) : to);
    header.writeShort(visitor.getPort());
    header.writeShort(balancer.getPort());
    return header;
  }

  /** RFC 4291 §2.5.5.2: an IPv4 address among IPv6 ones. */
  private static byte[] as16(InetAddress address) {
    byte[] octets = address.getAddress();
    if (address instanceof Inet6Address) {
      return octets;
    }
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    System.arraycopy(octets, 0, mapped, 12, 4);
    return mapped;
  }
}
