package io.cade.engine.datagram;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts outcomes, one counter for each constant of an enum, from the start of the program.
 * Thread-safe.
 */
public final class Tally<E extends Enum<E>> {
  private final Class<E> type;
  private final Map<E, LongAdder> counters;

  /** All counters at zero. */
  public Tally(Class<E> type) {
    this.type = type;
    EnumMap<E, LongAdder> all = new EnumMap<>(type);
    for (E outcome : type.getEnumConstants()) {
      all.put(outcome, new LongAdder());
    }
    this.counters = all;
  }

  /** One more. */
  public void count(E outcome) {
    LongAdder counter = counters.get(outcome);
    if (counter != null) {
      counter.increment();
    }
  }

  /** How many so far. */
  public long of(E outcome) {
    LongAdder counter = counters.get(outcome);
    return counter == null ? 0 : counter.sum();
  }

  /** All counters, zeros included, in the enum's order. */
  public Map<E, Long> all() {
    EnumMap<E, Long> now = new EnumMap<>(type);
    counters.forEach((outcome, counter) -> now.put(outcome, counter.sum()));
    return now;
  }
}
