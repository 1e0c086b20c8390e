package io.cade.sim.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Visitors that asked once and keep their connections. */
final class IdleVisitors implements AutoCloseable {
  private final List<SocketChannel> all = new ArrayList<>();

  private IdleVisitors() {}

  static IdleVisitors of(int port, int count) throws IOException, InterruptedException {
    IdleVisitors visitors = new IdleVisitors();
    try {
      ByteBuffer answer = ByteBuffer.allocate(4096);
      for (int i = 0; i < count; i++) {
        // From several addresses: one has too few ports, and may have a limit on visitors.
        SocketChannel channel = SocketChannel.open();
        visitors.all.add(channel);
        channel.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.9." + (1 + i % 100)), 0));
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        String host = "s" + i % ProxyField.SITES + ".example";
        channel.write(
            ByteBuffer.wrap(
                ("GET /1k HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII)));
        answer.clear();
        while (!whole(answer)) {
          if (channel.read(answer) < 0) {
            throw new IOException("visitor " + i + " was sent away");
          }
        }
      }
      return visitors;
    } catch (IOException e) {
      visitors.close();
      throw e;
    }
  }

  /** The body is 1,024 zeros. */
  private static boolean whole(ByteBuffer answer) {
    String text = StandardCharsets.ISO_8859_1.decode(answer.duplicate().flip()).toString();
    int end = text.indexOf("\r\n\r\n");
    return end >= 0 && text.length() - end - 4 >= 1024;
  }

  int count() {
    return all.size();
  }

  @Override
  public void close() {
    for (SocketChannel each : all) {
      try {
        each.close();
      } catch (IOException e) {
        // It is gone anyway.
      }
    }
  }
}
