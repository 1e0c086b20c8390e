package io.cade.engine.datagram;

import java.net.InetSocketAddress;

/** An open UDP socket. Thread-safe. */
public interface DatagramPort extends AutoCloseable {
  /** Its address; the port is the real one, also where 0 was asked for. */
  InetSocketAddress local();

  /**
   * Sends one datagram without waiting. It may get lost like any datagram.
   *
   * @return false when it was dropped here: the socket is closed or its queue (1 MiB) is full
   */
  boolean send(byte[] payload, InetSocketAddress to);

  /** Gives the address back; datagrams under way are lost. A second call does nothing. */
  @Override
  void close();
}
