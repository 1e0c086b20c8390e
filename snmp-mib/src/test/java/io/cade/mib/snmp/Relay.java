package io.cade.mib.snmp;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A wire between a manager and the agent that keeps what the manager sends. */
final class Relay implements AutoCloseable {
  final List<byte[]> requests = new CopyOnWriteArrayList<>();
  private final DatagramSocket front = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  private final DatagramSocket back = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  private final InetSocketAddress agent;
  private final Thread thread;

  Relay(InetSocketAddress agent) throws IOException {
    this.agent = agent;
    back.setSoTimeout(2000);
    thread = Thread.ofPlatform().daemon().name("relay").start(this::run);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(front.getLocalAddress(), front.getLocalPort());
  }

  private void run() {
    var packet = new DatagramPacket(new byte[8192], 8192);
    while (!front.isClosed()) {
      try {
        packet.setLength(8192);
        front.receive(packet);
        byte[] request = Arrays.copyOf(packet.getData(), packet.getLength());
        requests.add(request);
        back.send(new DatagramPacket(request, request.length, agent));
        var answer = new DatagramPacket(new byte[8192], 8192);
        back.receive(answer);
        front.send(
            new DatagramPacket(answer.getData(), answer.getLength(), packet.getSocketAddress()));
      } catch (IOException e) {
        // closed, or the agent is silent
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    front.close();
    back.close();
    thread.join();
  }
}
