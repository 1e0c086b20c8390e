package io.cade.engine.datagram;

import java.net.InetSocketAddress;

/** Hears of datagrams, on the thread of the loop. */
@FunctionalInterface
public interface DatagramReceiver {
  /**
   * @param from address of the sender
   * @param payload the receiver's own copy
   */
  void received(InetSocketAddress from, byte[] payload);
}
