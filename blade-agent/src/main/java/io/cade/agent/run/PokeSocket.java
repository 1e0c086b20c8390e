package io.cade.agent.run;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears pokes. A poke proves nothing and obtains nothing (SPEC R3), so anybody may send one; what
 * is no poke is ignored, and however many datagrams come, at most {@value #MAX_PER_SECOND} a second
 * are looked at.
 */
final class PokeSocket implements AutoCloseable {
  /** Content of a poke. */
  static final String POKE = "CADE-POKE\n";

  private static final Logger LOG = LoggerFactory.getLogger(PokeSocket.class);
  private static final int MAX_PER_SECOND = 200;
  private static final byte[] EXPECTED = POKE.getBytes(StandardCharsets.US_ASCII);

  private final DatagramSocket socket;
  private final Runnable poked;

  private PokeSocket(DatagramSocket socket, Runnable poked) {
    this.socket = socket;
    this.poked = poked;
  }

  /**
   * Listens from now on.
   *
   * @param poked called on the socket's thread; must not block
   */
  static PokeSocket open(InetSocketAddress address, Runnable poked) throws IOException {
    DatagramSocket socket;
    try {
      socket = new DatagramSocket(address);
    } catch (SocketException e) {
      throw new IOException("cannot hear pokes on " + address + ": " + e.getMessage(), e);
    }
    PokeSocket pokes = new PokeSocket(socket, poked);
    Thread.ofVirtual().name("poke-" + address).start(pokes::listen);
    return pokes;
  }

  private void listen() {
    byte[] buffer = new byte[EXPECTED.length + 1];
    long second = System.nanoTime();
    int seen = 0;
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        if (Arrays.equals(buffer, 0, packet.getLength(), EXPECTED, 0, EXPECTED.length)) {
          poked.run();
        }
        long elapsed = System.nanoTime() - second;
        if (elapsed > 1_000_000_000L) {
          second += elapsed;
          seen = 0;
        }
        if (++seen >= MAX_PER_SECOND) {
          // The kernel's small buffer drops the rest meanwhile.
          Thread.sleep(1_000);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (IOException e) {
        if (!socket.isClosed()) {
          LOG.debug("poke socket", e);
        }
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
