package io.cade.sim.acme;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A name server to which every name is at 127.0.0.1 (RFC 1035 §4.1). */
final class NameServer implements AutoCloseable {
  private static final int HEADER = 12;
  private static final int TYPE_A = 1;

  private final DatagramSocket socket;

  private NameServer(DatagramSocket socket) {
    this.socket = socket;
  }

  static NameServer start() throws IOException {
    NameServer server =
        new NameServer(
            new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)));
    Thread.ofVirtual().name("names").start(server::serve);
    return server;
  }

  int port() {
    return socket.getLocalPort();
  }

  private void serve() {
    byte[] buffer = new byte[1500];
    try {
      while (true) {
        DatagramPacket query = new DatagramPacket(buffer, buffer.length);
        socket.receive(query);
        byte[] answer = answer(ByteBuffer.wrap(buffer, 0, query.getLength()));
        if (answer.length > 0) {
          socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
        }
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  /** The question again, and one address if one is asked for. */
  private static byte[] answer(ByteBuffer query) {
    int end = HEADER;
    while (end < query.limit() && query.get(end) != 0) {
      end += 1 + (query.get(end) & 0xff);
    }
    end += 5; // the root label, type and class
    if (end > query.limit()) {
      return new byte[0];
    }
    boolean address = query.getShort(end - 4) == TYPE_A;
    ByteBuffer answer = ByteBuffer.allocate(end + 16);
    answer
        .putShort(query.getShort(0))
        .putShort((short) 0x8580) // an authoritative answer, recursion available
        .putShort((short) 1)
        .putShort((short) (address ? 1 : 0))
        .putInt(0)
        .put(query.slice(HEADER, end - HEADER));
    if (address) {
      answer
          .putShort((short) 0xc00c) // the question's name
          .putShort((short) TYPE_A)
          .putShort((short) 1)
          .putInt(1)
          .putShort((short) 4)
          .put(new byte[] {127, 0, 0, 1});
    }
    byte[] bytes = new byte[answer.position()];
    answer.flip().get(bytes);
    return bytes;
  }

  @Override
  public void close() {
    socket.close();
  }
}
