package io.cade.sim.bench;

import java.io.IOException;
import java.io.InputStream;
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
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Visitors that ask at a fixed rate, whatever the answers take: a request that had to wait for the
 * answer before it counts from when it was due, so that a slow proxy cannot slow its own
 * measurement down (coordinated omission).
 */
final class PacedVisitors {
  private static final int CONNECTIONS = 16;
  private static final int WARM_UP_PART = 5;
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]{1,6})");

  /**
   * @param p50Micros half of the requests were answered by then
   * @param failed requests that got no answer, or another one than 200
   */
  record Result(double p50Micros, double p99Micros, int requests, long failed) {}

  private PacedVisitors() {}

  /**
   * Asks {@code perSecond} times a second for {@code seconds}; the first fifth is not counted.
   *
   * @param hosts each visitor asks one of them
   */
  static Result run(int port, List<String> hosts, String path, int perSecond, int seconds)
      throws IOException, InterruptedException {
    long interval = 1_000_000_000L * CONNECTIONS / perSecond;
    int each = perSecond * seconds / CONNECTIONS;
    long begin = System.nanoTime() + 50_000_000L;
    LongAdder failed = new LongAdder();
    List<Future<long[]>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      for (int i = 0; i < CONNECTIONS; i++) {
        long first = begin + interval * i / CONNECTIONS;
        byte[] request =
            ("GET " + path + " HTTP/1.1\r\nHost: " + hosts.get(i % hosts.size()) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        running.add(threads.submit(() -> visit(port, request, first, interval, each, failed)));
      }
    }
    List<long[]> all = new ArrayList<>();
    for (Future<long[]> one : running) {
      try {
        all.add(one.get());
      } catch (ExecutionException e) {
        throw new IOException("a paced visitor cannot go on", e.getCause());
      }
    }
    long[] sorted = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    return new Result(
        sorted[sorted.length / 2] / 1e3,
        sorted[sorted.length * 99 / 100] / 1e3,
        sorted.length,
        failed.sum());
  }

  private static long[] visit(
      int port, byte[] request, long first, long interval, int requests, LongAdder failed)
      throws IOException {
    int skipped = requests / WARM_UP_PART;
    long[] taken = new long[requests - skipped];
    byte[] buffer = new byte[64 * 1024];
    Socket socket = connect(port);
    try {
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
        try {
          socket.getOutputStream().write(request);
          whole(socket.getInputStream(), buffer);
        } catch (IOException e) {
          failed.increment();
          socket.close();
          socket = connect(port);
        }
        if (i >= skipped) {
          taken[i - skipped] = System.nanoTime() - began;
        }
      }
    } finally {
      socket.close();
    }
    return taken;
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    return socket;
  }

  /** Reads one answer of 200 that says how long it is. */
  private static void whole(InputStream in, byte[] buffer) throws IOException {
    int have = 0;
    int length = -1;
    while (length < 0 || have < length) {
      int read = in.read(buffer, have, buffer.length - have);
      if (read < 0) {
        throw new IOException("the connection ended within an answer");
      }
      have += read;
      if (length < 0) {
        length = length(new String(buffer, 0, have, StandardCharsets.ISO_8859_1));
      }
      if (length > buffer.length || (length < 0 && have == buffer.length)) {
        throw new IOException("the answer is longer than " + buffer.length + " bytes");
      }
    }
  }

  /** Of head and body, once the head is there; else -1. */
  private static int length(String text) throws IOException {
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return -1;
    }
    if (!text.startsWith("HTTP/1.1 200")) {
      throw new IOException("answered with " + text.lines().findFirst().orElse(""));
    }
    Matcher body = LENGTH.matcher(text.substring(0, end));
    if (!body.find()) {
      throw new IOException("the answer does not say how long it is");
    }
    return end + 4 + Integer.parseInt(body.group(1));
  }
}
