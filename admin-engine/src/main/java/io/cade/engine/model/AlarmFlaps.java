package io.cade.engine.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * When an alarm was raised lately. An alarm that is raised for the {@value #COUNT}th time within
 * {@link #WINDOW} flaps: it then stays raised until its condition has been gone for {@link #QUIET}
 * (the idea of RFC 2439, with a count in place of a penalty, because a count can be told to an
 * operator).
 *
 * @param raisedAt the last {@value #COUNT} times at most, oldest first
 */
public record AlarmFlaps(AlarmKey key, List<Instant> raisedAt) {
  /** Raises within the window that count as flapping. */
  public static final int COUNT = 5;

  public static final Duration WINDOW = Duration.ofMinutes(10);
  public static final Duration QUIET = Duration.ofMinutes(5);

  /** Alarms that are watched; of more, the others are not damped. */
  static final int MAX = 4_096;

  public AlarmFlaps {
    raisedAt = List.copyOf(raisedAt);
  }

  /** The record after one more raise. */
  static AlarmFlaps after(AlarmKey key, List<Instant> before, Instant at) {
    List<Instant> times = new ArrayList<>(before);
    times.add(at);
    times.removeIf(t -> t.isBefore(at.minus(WINDOW)));
    while (times.size() > COUNT) {
      times.removeFirst();
    }
    return new AlarmFlaps(key, times);
  }

  boolean isFlapping() {
    return raisedAt.size() >= COUNT;
  }

  /** In words, for the alarm's text. */
  String words() {
    return isFlapping() ? "flapping, " + COUNT + " times in " + WINDOW.toMinutes() + " min" : "";
  }

  boolean isStale(Instant now) {
    return raisedAt.isEmpty() || raisedAt.getLast().isBefore(now.minus(WINDOW));
  }
}
