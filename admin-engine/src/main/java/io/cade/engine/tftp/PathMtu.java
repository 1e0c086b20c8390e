package io.cade.engine.tftp;

import java.net.InetAddress;

/** How large a packet to a client may be without being cut on its way. Thread-safe. */
@FunctionalInterface
public interface PathMtu {
  /**
   * Bytes of a packet with its IP header. May look at the network's interfaces; called outside of
   * the loop.
   */
  int towards(InetAddress client);

  /** The same for everybody. */
  static PathMtu of(int bytes) {
    return client -> bytes;
  }
}
