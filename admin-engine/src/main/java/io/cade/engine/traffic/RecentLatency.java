package io.cade.engine.traffic;

import io.cade.agent.wire.LatencyBuckets;
import java.time.Instant;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** A histogram of the last five to ten minutes: two, of which the older is given up. */
final class RecentLatency {
  private static final long SECONDS = 300;

  private int[] current = new int[LatencyBuckets.COUNT];
  private int[] former = new int[LatencyBuckets.COUNT];
  private long slot = Long.MIN_VALUE;

  private void advance(Instant now) {
    long next = now.getEpochSecond() / SECONDS;
    if (slot == Long.MIN_VALUE) {
      slot = next;
    }
    if (next > slot) {
      former = next == slot + 1 ? current : new int[LatencyBuckets.COUNT];
      current = new int[LatencyBuckets.COUNT];
      slot = next;
    }
  }

  /**
   * Adds what has come since a former word.
   *
   * @param pairs of bucket and count
   * @param before the count of a bucket then
   */
  void add(Instant now, List<Long> pairs, LongUnaryOperator before) {
    advance(now);
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      long bucket = pairs.get(i);
      if (bucket >= 0 && bucket < LatencyBuckets.COUNT) {
        long added = pairs.get(i + 1) - before.applyAsLong(bucket);
        current[(int) bucket] += Math.clamp(added, 0, Integer.MAX_VALUE / 2);
      }
    }
  }

  /** One count for each bucket. */
  long[] counts(Instant now) {
    advance(now);
    long[] counts = new long[LatencyBuckets.COUNT];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (long) current[i] + former[i];
    }
    return counts;
  }
}
