package io.cade.sim.virtual;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What happened: the last lines in words, all of them in a hash. */
final class Trace {
  private static final int KEPT = 60;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final InstantSource clock;
  private final Instant start;
  private final Deque<String> last = new ArrayDeque<>();
  private long hash = 0xcbf29ce484222325L;
  private long lines;

  Trace(InstantSource clock) {
    this.clock = clock;
    this.start = clock.instant();
  }

  void add(String what) {
    String line = "%.6f %s".formatted(elapsed().toNanos() / 1e9, what);
    if (Boolean.getBoolean("cade.virtual.trace")) {
      System.out.println(line);
    }
    mix(line);
    lines++;
    if (last.size() == KEPT) {
      last.removeFirst();
    }
    last.addLast(line);
  }

  /** Something too frequent to be worth a line, which must be the same all the same. */
  void mix(String text) {
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
  }

  Duration elapsed() {
    return Duration.between(start, clock.instant());
  }

  String hash() {
    return "%016x of %d lines".formatted(hash, lines);
  }

  List<String> last() {
    return List.copyOf(last);
  }
}
