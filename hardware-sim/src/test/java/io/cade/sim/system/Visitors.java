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
   * @param problem empty when it was answered with 200 and the page that is wanted
   */
  record Seen(long beganNanos, String problem) {
    boolean good() {
      return problem.isEmpty();
    }
  }

  private final int port;
  private final String host;
  private final String text;
  private final List<Seen> seen = new ArrayList<>();
  private final Thread thread;
  private volatile boolean ended;

  private Visitors(int port, String host, String text) {
    this.port = port;
    this.host = host;
    this.text = text;
    this.thread = Thread.ofPlatform().name("visitors of " + host).daemon().unstarted(this::loop);
  }

  static Visitors of(int port, String host) {
    return of(port, host, "");
  }

  /**
   * Visitors who look at the page.
   *
   * @param text without which a page is no good one
   */
  static Visitors of(int port, String host, String text) {
    Visitors visitors = new Visitors(port, host, text);
    visitors.thread.start();
    return visitors;
  }

  private void loop() {
    for (int i = 0; i < MAX_VISITS && !ended; i++) {
      long began = System.nanoTime();
      String problem;
      try {
        Visit visit = Visit.get(port, host, "/");
        boolean good = visit.status() == 200 && visit.body().contains(text);
        problem = good ? "" : visit.head() + visit.body();
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
