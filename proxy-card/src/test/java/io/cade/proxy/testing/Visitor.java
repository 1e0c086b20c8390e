package io.cade.proxy.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A visitor with a raw socket: sends bytes as they are and reads answers. */
public final class Visitor implements AutoCloseable {
  private final Socket socket;

  public Visitor(InetSocketAddress proxy) throws IOException {
    this(new Socket(proxy.getAddress(), proxy.getPort()));
  }

  public Visitor(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000); // against hangs only
    socket.setTcpNoDelay(true);
  }

  /**
   * @param headers end with CRLF each
   */
  public record Answer(int status, String headers, String body) {
    public String header(String name) {
      return new Card.Received(headers, "").header(name);
    }
  }

  public Socket socket() {
    return socket;
  }

  public Visitor send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  public Answer get(String host, String target) throws IOException {
    return send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").answer();
  }

  public Answer answer() throws IOException {
    return answer(false);
  }

  /** Reads one answer with its body (without one, if it answers HEAD). */
  public Answer answer(boolean toHead) throws IOException {
    InputStream in = socket.getInputStream();
    String head = Card.readHead(in);
    int status = Integer.parseInt(head.substring(9, 12));
    Card.Received received = new Card.Received(head, "");
    boolean bodyless = toHead || status < 200 || status == 204 || status == 304;
    byte[] body;
    if (bodyless) {
      body = new byte[0];
    } else if (received.header("Transfer-Encoding").isEmpty()
        && received.header("Content-Length").isEmpty()) {
      body = in.readAllBytes();
    } else {
      body = Card.readBody(received, in);
    }
    return new Answer(status, head, new String(body, StandardCharsets.ISO_8859_1));
  }

  /** Whether the proxy ends the connection, with no further byte. */
  public boolean isClosedByProxy() throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketException e) {
      return true; // reset
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
