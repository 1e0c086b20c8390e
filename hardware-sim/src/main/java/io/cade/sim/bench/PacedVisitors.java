package io.cade.sim.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Visitors that ask at a fixed rate, whatever the answers take: a request that had to wait for the
 * answer before it counts from when it was due, so that a slow proxy cannot slow its own
 * measurement down (coordinated omission).
 */
final class PacedVisitors {
  private static final int CONNECTIONS = 16;
  private static final int WARM_UP_PART = 5;

  /**
   * @param p50Micros half of the requests were answered by then
   */
  record Result(double p50Micros, double p99Micros, int requests) {}

  private PacedVisitors() {}

  /**
   * Asks {@code perSecond} times a second for {@code seconds}; the first fifth is not counted.
   *
   * @throws IOException when a request fails
   */
  static Result run(int port, int perSecond, int seconds) throws IOException, InterruptedException {
    long interval = 1_000_000_000L * CONNECTIONS / perSecond;
    int each = perSecond * seconds / CONNECTIONS;
    long begin = System.nanoTime() + 50_000_000L;
    List<Future<long[]>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      for (int i = 0; i < CONNECTIONS; i++) {
        long first = begin + interval * i / CONNECTIONS;
        int number = i;
        running.add(threads.submit(() -> visit(port, number, first, interval, each)));
      }
    }
    List<long[]> all = new ArrayList<>();
    for (Future<long[]> one : running) {
      try {
        all.add(one.get());
      } catch (ExecutionException e) {
        throw new IOException("a paced visitor got no answer", e.getCause());
      }
    }
    long[] sorted = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    return new Result(
        sorted[sorted.length / 2] / 1e3, sorted[sorted.length * 99 / 100] / 1e3, sorted.length);
  }

  private static long[] visit(int port, int number, long first, long interval, int requests)
      throws IOException {
    byte[] request =
        ("GET /1k HTTP/1.1\r\nHost: s" + number + ".example\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    int skipped = requests / WARM_UP_PART;
    long[] taken = new long[requests - skipped];
    byte[] buffer = new byte[8192];
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(10_000);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < requests; i++) {
        long due = first + i * interval;
        long began = System.nanoTime();
        if (began < due) {
          while (System.nanoTime() < due) {
            LockSupport.parkNanos(due - System.nanoTime());
          }
          // The timer's own lateness is not the proxy's.
          began = System.nanoTime();
        } else {
          began = due;
        }
        out.write(request);
        whole(in, buffer);
        if (i >= skipped) {
          taken[i - skipped] = System.nanoTime() - began;
        }
      }
    }
    return taken;
  }

  /** Reads one answer of 200 with a body of 1,024 bytes. */
  private static void whole(InputStream in, byte[] buffer) throws IOException {
    int have = 0;
    while (true) {
      int read = in.read(buffer, have, buffer.length - have);
      if (read < 0) {
        throw new IOException("the connection ended within an answer");
      }
      have += read;
      String text = new String(buffer, 0, have, StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      if (end >= 0 && have - end - 4 >= 1024) {
        if (!text.startsWith("HTTP/1.1 200")) {
          throw new IOException("answered with " + text.lines().findFirst().orElse(""));
        }
        return;
      }
    }
  }
}
