package io.cade.sim.system;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/** Ports that nothing has at this moment. */
final class Ports {
  private static final List<Integer> TCP = List.of(8080, 8443, 9443, 9444, 9080);
  private static final List<Integer> UDP = List.of(1161, 1162, 1067, 1069);

  private Ports() {}

  /**
   * An offset at which the demonstration's ports are free, all of them below the range from which
   * the system gives out ports for connections.
   */
  static int freeOffset() {
    int first = (int) (ProcessHandle.current().pid() % 200);
    for (int i = 0; i < 200; i++) {
      int offset = 20_500 + (first + i) % 200 * 12;
      if (TCP.stream().allMatch(p -> isFreeTcp("127.0.0.1", p + offset))
          && UDP.stream().allMatch(p -> isFreeUdp(p + offset))
          && isFreeTcp("127.1.1.1", 8000 + offset)) {
        return offset;
      }
    }
    throw new AssertionError("no free ports");
  }

  static boolean isFreeTcp(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(host), port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  static boolean isFreeUdp(int port) {
    try (DatagramSocket socket = new DatagramSocket(null)) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
