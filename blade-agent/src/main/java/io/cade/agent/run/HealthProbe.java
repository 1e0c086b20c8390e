package io.cade.agent.run;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a service, over HTTP on its address, whether it lives. */
final class HealthProbe {
  private static final int TIMEOUT_MILLIS = 2_000;

  private HealthProbe() {}

  /** Whether it answers 200 within two seconds; blocks. */
  static boolean answers(InetSocketAddress address, String path) {
    String host = address.getAddress().getHostAddress();
    String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(address, TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] head = socket.getInputStream().readNBytes(12);
      return new String(head, StandardCharsets.US_ASCII).equals("HTTP/1.1 200");
    } catch (IOException e) {
      return false;
    }
  }
}
