package io.cade.sim.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A visitor of a site by way of the balancer: one request on a connection of its own. */
final class Visitor {
  private static final int TIMEOUT_MILLIS = 3000;
  private static final int STATUS_BYTES = "HTTP/1.1 200".length();

  private Visitor() {}

  /**
   * @return the status of the answer; 0 when there was none
   */
  static int status(int port, String host) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(
          new InetSocketAddress(InetAddress.ofLiteral(PortPlan.HOST), port), TIMEOUT_MILLIS);
      String request = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] start = socket.getInputStream().readNBytes(STATUS_BYTES);
      return start.length < STATUS_BYTES
          ? 0
          : Integer.parseInt(new String(start, STATUS_BYTES - 3, 3, StandardCharsets.US_ASCII));
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
