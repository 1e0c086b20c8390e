package io.cade.agent.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Takes connections on one port and gives each to a dialogue on a virtual thread of its own; at
 * most {@value #MAX_SESSIONS}, each silent for at most ten minutes. Thread-safe.
 */
final class LineService implements AutoCloseable {
  private static final int MAX_SESSIONS = 512;
  private static final int MAX_LINE = 4096;
  private static final int IDLE_MILLIS = 600_000;
  private static final int BACKLOG = 128;

  /** One visitor's dialogue, from the greeting on. */
  interface Dialogue {
    void run(Line line) throws IOException;
  }

  private final ServerSocket listener;
  private final Dialogue dialogue;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  private LineService(ServerSocket listener, Dialogue dialogue) {
    this.listener = listener;
    this.dialogue = dialogue;
  }

  /**
   * Listens from now on.
   *
   * @throws IOException when the address cannot be bound
   */
  static LineService open(InetSocketAddress address, Dialogue dialogue) throws IOException {
    ServerSocket listener = new ServerSocket();
    try {
      listener.bind(address, BACKLOG);
    } catch (IOException e) {
      listener.close();
      throw new IOException(
          "cannot listen on "
              + address.getAddress().getHostAddress()
              + " port "
              + address.getPort()
              + ": "
              + e.getMessage(),
          e);
    }
    LineService service = new LineService(listener, dialogue);
    service.executor.execute(service::accept);
    return service;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        if (open.size() >= MAX_SESSIONS) {
          socket.close();
        } else {
          open.add(socket);
          executor.execute(() -> serve(socket));
        }
      } catch (IOException e) {
        if (listener.isClosed()) {
          return;
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setSoTimeout(IDLE_MILLIS);
      socket.setTcpNoDelay(true);
      dialogue.run(new Line(socket));
    } catch (IOException e) {
      // The visitor is gone, silent, or sends no lines: his connection ends, nothing else.
    } finally {
      open.remove(socket);
    }
  }

  /** Stops at once. */
  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      // closed all the same
    }
    executor.shutdownNow();
  }

  /** One connection as lines. Owned by its thread. */
  static final class Line {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Line(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream(), 1024);
      this.out = new BufferedOutputStream(socket.getOutputStream(), 8192);
    }

    Socket socket() {
      return socket;
    }

    OutputStream out() {
      return out;
    }

    /** Sends lines, the end of the last is added. */
    void say(String text) throws IOException {
      out.write((text + "\r\n").getBytes(UTF_8));
      out.flush();
    }

    /**
     * The next line without its end; null at the end of the connection.
     *
     * @throws IOException when it is too long
     */
    @Nullable String next() throws IOException {
      byte[] bytes = new byte[MAX_LINE];
      int length = 0;
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          return null;
        }
        if (length == MAX_LINE) {
          throw new IOException("line too long");
        }
        bytes[length++] = (byte) b;
      }
      if (length > 0 && bytes[length - 1] == '\r') {
        length--;
      }
      return new String(bytes, 0, length, UTF_8);
    }
  }
}
