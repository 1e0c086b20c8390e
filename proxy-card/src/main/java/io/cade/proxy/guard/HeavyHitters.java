package io.cade.proxy.guard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Who does something most often lately: space-saving (Metwally, Agrawal, El Abbadi 2005) over
 * counts that fade by half in each half-life (forward decay: Cormode et al. 2009). Holds a fixed
 * number of keys. Whoever displaces the least takes over its count as a possible error, so that a
 * key that is frequent is always there, and what is sure of a count is known. Not thread-safe.
 *
 * @param <K> what is counted
 */
final class HeavyHitters<K> {
  /** Weights beyond this are scaled down, long before a double loses ones. */
  private static final double LARGEST_WEIGHT = 1e9;

  private final int capacity;
  private final double halfLifeNanos;
  private final Map<K, Counter<K>> counters = new HashMap<>();
  private final PriorityQueue<Counter<K>> byScore =
      new PriorityQueue<>((a, b) -> Double.compare(a.score, b.score));
  private long landmark;

  private static final class Counter<K> {
    final K key;
    double score;
    double error;

    Counter(K key) {
      this.key = key;
    }
  }

  /**
   * @param count what it may be at most, rounded
   * @param sure what it is at least
   */
  record Hit<K>(K key, double count, double sure) {}

  HeavyHitters(int capacity, long halfLifeNanos, long now) {
    this.capacity = capacity;
    this.halfLifeNanos = halfLifeNanos;
    this.landmark = now;
  }

  void add(K key, long now) {
    double weight = weight(now);
    if (weight > LARGEST_WEIGHT) {
      rescale(weight, now);
      weight = 1;
    }
    Counter<K> counter = counters.get(key);
    if (counter == null) {
      counter = new Counter<>(key);
      if (counters.size() >= capacity) {
        Counter<K> least = byScore.remove();
        counters.remove(least.key);
        counter.score = least.score;
        counter.error = least.score;
      }
      counters.put(key, counter);
    } else {
      byScore.remove(counter);
    }
    counter.score += weight;
    byScore.add(counter);
  }

  private double weight(long now) {
    return Math.pow(2, Math.max(0, now - landmark) / halfLifeNanos);
  }

  private void rescale(double weight, long now) {
    for (Counter<K> counter : counters.values()) {
      counter.score /= weight;
      counter.error /= weight;
    }
    landmark = now; // all by the same factor: the queue's order stays
  }

  /** All that are held, in no order, as they stand at a moment. */
  List<Hit<K>> hits(long now) {
    double weight = weight(now);
    List<Hit<K>> hits = new ArrayList<>(counters.size());
    for (Counter<K> counter : counters.values()) {
      hits.add(
          new Hit<>(counter.key, counter.score / weight, (counter.score - counter.error) / weight));
    }
    return hits;
  }

  int size() {
    return counters.size();
  }
}
