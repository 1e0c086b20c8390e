package io.cade.agent.wire;

/**
 * Buckets of a histogram of times: eight in each power of two from 1 µs to 67 s, so that a value is
 * known to ±6 %. Small enough for one histogram a site, card and event loop; histograms add up.
 */
public final class LatencyBuckets {
  private static final int PARTS_LOG2 = 3;
  private static final int PARTS = 1 << PARTS_LOG2;
  private static final int LARGEST_LOG2 = 26;

  /** How many there are. */
  public static final int COUNT = (LARGEST_LOG2 - PARTS_LOG2 + 1) * PARTS;

  private LatencyBuckets() {}

  /** The bucket of a time; longer ones than the last are in the last. */
  public static int of(long micros) {
    if (micros < PARTS) {
      return (int) Math.max(0, micros);
    }
    int log2 = 63 - Long.numberOfLeadingZeros(micros);
    if (log2 >= LARGEST_LOG2) {
      return COUNT - 1;
    }
    int shift = log2 - PARTS_LOG2;
    return (shift + 1) * PARTS + (int) (micros >>> shift) - PARTS;
  }

  /** The smallest time of a bucket, in microseconds. */
  public static long lowest(int bucket) {
    if (bucket < PARTS) {
      return bucket;
    }
    int shift = bucket / PARTS - 1;
    return (long) (PARTS + bucket % PARTS) << shift;
  }

  /**
   * A quantile.
   *
   * @param counts one for each bucket
   * @param quantile 0 to 1
   * @return middle of the bucket that holds it, in microseconds; 0 when nothing was counted
   */
  public static long quantile(long[] counts, double quantile) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    long rank = Math.max(1, (long) Math.ceil(quantile * total));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank && total > 0) {
        return i + 1 < COUNT ? (lowest(i) + lowest(i + 1)) / 2 : lowest(i);
      }
    }
    return 0;
  }
}
