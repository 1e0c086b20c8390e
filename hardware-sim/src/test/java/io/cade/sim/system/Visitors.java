package io.cade.sim.system;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Visits one site over and over, one request at a time, until told to end; at most {@link
 * #MAX_VISITS}. The list is owned by the thread until it has ended.
 */
final class Visitors implements AutoCloseable {
  static final int MAX_VISITS = 10_000;
  private static final Duration PAUSE = Duration.ofMillis(10);

  /**
   * One visit.
   *
   * @param beganNanos by {@link System#nanoTime()}
   * @param problem empty when it was answered with 200
   */
  record Seen(long beganNanos, String problem) {
    boolean good() {
      return problem.isEmpty();
    }
  }

  private final int port;
  private final String host;
  private final List<Seen> seen = new ArrayList<>();
  private final Thread thread;
  private volatile boolean ended;

  private Visitors(int port, String host) {
    this.port = port;
    this.host = host;
    this.thread = Thread.ofPlatform().name("visitors of " + host).daemon().unstarted(this::loop);
  }

  static Visitors of(int port, String host) {
    Visitors visitors = new Visitors(port, host);
    visitors.thread.start();
    return visitors;
  }

  private void loop() {
    for (int i = 0; i < MAX_VISITS && !ended; i++) {
      long began = System.nanoTime();
      String problem;
      try {
        Visit visit = Visit.get(port, host, "/");
        problem = visit.status() == 200 ? "" : visit.head();
      } catch (IOException e) {
        problem = e.toString();
      }
      seen.add(new Seen(began, problem));
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** As {@link #end()}, but goes on visiting until then, by {@link System#nanoTime()}. */
  List<Seen> endNoSoonerThan(long nanos) throws InterruptedException {
    for (long left; (left = nanos - System.nanoTime()) > 0; ) {
      TimeUnit.NANOSECONDS.sleep(left);
    }
    return end();
  }

  /** Ends and tells what was seen. */
  List<Seen> end() throws InterruptedException {
    ended = true;
    thread.join(Duration.ofSeconds(60));
    if (thread.isAlive()) {
      throw new AssertionError("a visitor hangs");
    }
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    ended = true;
  }
}
