package io.cade.engine.datagram;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** An open UDP socket. Thread-safe. */
public interface DatagramPort extends AutoCloseable {
  /** Writes the content of datagrams. */
  @FunctionalInterface
  interface Filling {
    /**
     * @param into to be filled to its limit; not to be used after the call
     * @throws IOException when there is nothing to fill it with; nothing is sent then
     */
    void fill(ByteBuffer into) throws IOException;
  }

  /** Its address; the port is the real one, also where 0 was asked for. */
  InetSocketAddress local();

  /**
   * Sends one datagram without waiting. It may get lost like any datagram.
   *
   * @return false when it was dropped here: the socket is closed or its queue (1 MiB) is full
   */
  boolean send(byte[] payload, InetSocketAddress to);

  /**
   * Sends several datagrams of one size at once, in their order, with as few system calls as the
   * platform allows.
   *
   * @param bytes of all of them
   * @param segmentBytes of each; only the last one may be shorter
   * @param filling writes them one after another, on the calling thread, before this returns
   * @return false when some or all were dropped here
   * @throws IOException of the filling
   */
  default boolean sendSegments(int bytes, int segmentBytes, Filling filling, InetSocketAddress to)
      throws IOException {
    ByteBuffer all = ByteBuffer.allocate(bytes);
    filling.fill(all);
    boolean sent = true;
    for (int from = 0; from < bytes; from += segmentBytes) {
      byte[] one = new byte[Math.min(segmentBytes, bytes - from)];
      all.get(from, one);
      sent &= send(one, to);
    }
    return sent;
  }

  /** Gives the address back; datagrams under way are lost. A second call does nothing. */
  @Override
  void close();
}
