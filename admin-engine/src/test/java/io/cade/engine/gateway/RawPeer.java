package io.cade.engine.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** One TLS connection whose every byte is the test's. */
public final class RawPeer implements AutoCloseable {
  private final SSLSocket socket;
  private final InputStream in;

  RawPeer(SSLSocket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends text as it is; lines end with CR LF. */
  public RawPeer say(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** A request's head that announces a body. */
  public RawPeer announce(String path, int bytes, String... fields) throws IOException {
    StringBuilder head =
        new StringBuilder(
            "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n".formatted(path, bytes));
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return say(head.append("\r\n").toString());
  }

  public RawPeer get(String path, String... fields) throws IOException {
    StringBuilder head =
        new StringBuilder("GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n".formatted(path));
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return say(head.append("\r\n").toString());
  }

  /** Status of the next answer; what it holds is read with it and thrown away. */
  public int status() throws IOException {
    return Integer.parseInt(answer().split(" ", 3)[1]);
  }

  /** The next answer, head and body. */
  public String answer() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("closed after: " + head);
      }
      head.append((char) next);
    }
    int length = 0;
    for (String line : head.toString().lines().toList()) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  /** Whether nothing comes for so long, and the connection is open. */
  public boolean isSilent(int millis) throws IOException {
    socket.setSoTimeout(millis);
    in.mark(1);
    try {
      if (in.read() >= 0) {
        in.reset();
      }
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    } catch (SocketException | SSLException e) {
      return false;
    } finally {
      socket.setSoTimeout(10_000);
    }
  }

  /** Whether the other side ends the connection in so long, and says nothing more. */
  public boolean isClosedWithin(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException | SSLException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
