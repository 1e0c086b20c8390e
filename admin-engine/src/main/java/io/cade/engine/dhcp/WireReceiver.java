package io.cade.engine.dhcp;

import java.net.InetSocketAddress;

/** Hears of DHCP messages, on the thread of the service's loop. */
@FunctionalInterface
public interface WireReceiver {
  /**
   * @param on where it came in, and where the answer leaves
   * @param from source address and port as the IP and UDP headers have it; 0.0.0.0:68 for a client
   *     without address
   * @param datagram UDP payload, the receiver's own copy; of any length and content
   */
  void received(Wire on, InetSocketAddress from, byte[] datagram);
}
