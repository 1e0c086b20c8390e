package io.cade.proxy.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server card's service, written by hand: one virtual thread a connection, bytes as they are. A
 * script decides what is answered. Health checks are answered here and not shown to the script.
 */
public final class Card implements AutoCloseable {
  /** What a card does with one request; returns whether the connection stays open. */
  @FunctionalInterface
  public interface Script {
    boolean answer(Received request, InputStream in, OutputStream out) throws IOException;
  }

  /**
   * @param head request line and headers as received, lines ending with CRLF
   */
  public record Received(String head, String text) {
    public String line() {
      return head.substring(0, head.indexOf("\r\n"));
    }

    public String target() {
      return line().split(" ", -1)[1];
    }

    /** The header's value, or an empty text. */
    public String header(String name) {
      for (String line : head.split("\r\n", -1)) {
        if (line.toLowerCase(java.util.Locale.ROOT)
            .startsWith(name.toLowerCase(java.util.Locale.ROOT) + ":")) {
          return line.substring(name.length() + 1).trim();
        }
      }
      return "";
    }
  }

  public final List<Received> requests = new CopyOnWriteArrayList<>();
  public final AtomicInteger connections = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Script script;
  private final InetSocketAddress address;
  private volatile ServerSocket listener;
  private volatile Thread acceptor;

  public Card(Script script) throws IOException {
    this(InetAddress.ofLiteral("127.0.0.1"), 0, script);
  }

  public Card(InetAddress at, int port, Script script) throws IOException {
    this.script = script;
    this.listener = new ServerSocket(port, 200, at);
    this.address = (InetSocketAddress) listener.getLocalSocketAddress();
    accept();
  }

  /** Answers everything with its name. */
  public static Card named(String name) throws IOException {
    return new Card((request, in, out) -> reply(out, 200, name));
  }

  public int port() {
    return address.getPort();
  }

  public String host() {
    return address.getAddress().getHostAddress();
  }

  /** Writes a plain answer. */
  public static boolean reply(OutputStream out, int status, String body) throws IOException {
    return raw(
        out, "HTTP/1.1 " + status + " X\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
  }

  public static boolean raw(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    return true;
  }

  /** As when the card is pulled: no more listening, all connections reset. */
  public void pull() throws IOException {
    listener.close();
    try {
      // The port is closed only when the thread that waits on it has noticed.
      acceptor.join();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    for (Socket socket : open) {
      try {
        socket.setSoLinger(true, 0);
      } catch (SocketException e) {
        continue; // has just ended by itself
      }
      socket.close();
    }
  }

  /** Closes the connections in an orderly way and goes on listening. */
  public void closeConnections() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
  }

  public int openConnections() {
    return open.size();
  }

  /** Put back into its slot. */
  public void insert() throws IOException {
    listener = new ServerSocket(address.getPort(), 200, address.getAddress());
    accept();
  }

  private void accept() {
    ServerSocket listening = listener;
    acceptor =
        Thread.ofVirtual()
            .start(() -> {
              while (!listening.isClosed()) {
                try {
                  Socket socket = listening.accept();
                  open.add(socket);
                  Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                  return; // closed
                }
              }
            });
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      boolean counted = false;
      while (true) {
        String head = readHead(in);
        if (head.contains("cade-health")) {
          reply(out, 200, "ok");
          return;
        }
        if (!counted) {
          counted = true;
          connections.incrementAndGet();
        }
        Received request = new Received(head, "");
        if (request.header("Expect").isEmpty()) {
          request =
              new Received(head, new String(readBody(request, in), StandardCharsets.ISO_8859_1));
        }
        requests.add(request);
        if (!script.answer(request, in, out)) {
          return;
        }
      }
    } catch (IOException e) {
      // the other side is gone
    } finally {
      open.remove(socket);
    }
  }

  public static String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < 4) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("ended within a head: " + head.toString(StandardCharsets.ISO_8859_1));
      }
      head.write(b);
      matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  public static byte[] readBody(Received head, InputStream in) throws IOException {
    if (head.header("Transfer-Encoding").equals("chunked")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (true) {
        int size = Integer.parseInt(readLine(in), 16);
        if (size == 0) {
          StringBuilder trailers = new StringBuilder();
          for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
            trailers.append('|').append(line);
          }
          body.write(trailers.toString().getBytes(StandardCharsets.ISO_8859_1));
          return body.toByteArray();
        }
        body.write(in.readNBytes(size));
        readLine(in);
      }
    }
    String length = head.header("Content-Length");
    return length.isEmpty() ? new byte[0] : in.readNBytes(Integer.parseInt(length));
  }

  public static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("ended within a line: " + line);
      }
      line.append((char) b);
    }
    return line.substring(0, line.length() - 1);
  }

  @Override
  public void close() throws IOException {
    pull();
  }
}
