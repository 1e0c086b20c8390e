package io.cade.proxy.guard;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A token bucket for each of many visitor networks, in a table of fixed size: sets of {@value
 * #WAYS} entries, each a tag and the moment at which the bucket will be full again. Thread-safe
 * without locks; asking allocates nothing.
 *
 * <p>A bucket that is full again means the same as none and is given away first. When no bucket of
 * a set is full, the one that owes least is given away <em>with its debt</em>. So whoever comes
 * from as many networks as he likes can neither be rid of a debt of his own, nor make anybody pay
 * for more than the least of eight. A key that guesses of networks cannot know decides where a
 * network is kept.
 */
final class RateTable {
  private static final int WAYS = 8;

  private final AtomicLongArray tags;

  private final AtomicLongArray full;
  private final int mask;
  private final long key0;
  private final long key1;

  /**
   * @param entries rounded up to a power of two
   * @param start what the ticker shows now: everything is full then
   */
  RateTable(int entries, long key0, long key1, long start) {
    int sets = Integer.highestOneBit(Math.max(2, (entries + WAYS - 1) / WAYS) * 2 - 1);
    this.tags = new AtomicLongArray(sets * WAYS);
    this.full = new AtomicLongArray(sets * WAYS);
    this.mask = sets - 1;
    this.key0 = key0;
    this.key1 = key1;
    for (int i = 0; i < full.length(); i++) {
      full.setPlain(i, start);
    }
  }

  /** A name that tells a network at a site from all others, for {@link #take}. */
  long tag(long site, long high, long low) {
    long hash = SipHash.of(key0, key1, site, high, low);
    return hash == 0 ? 1 : hash; // 0 marks an entry that was never used
  }

  /**
   * Takes one request from a network's bucket.
   *
   * @return 0 when it may pass, else nanoseconds until one would
   */
  long take(long tag, Rate rate, long now) {
    int entry = find(tag, now);
    while (true) {
      long before = full.get(entry);
      long after = rate.after(before, now);
      if (rate.exceeded(after, now)) {
        return rate.wait(after, now);
      }
      if (full.compareAndSet(entry, before, after)) {
        return 0;
      }
    }
  }

  private int find(long tag, long now) {
    int first = ((int) (tag >>> 32) & mask) * WAYS;
    int least = first;
    long debt = Long.MAX_VALUE;
    for (int i = first; i < first + WAYS; i++) {
      long there = tags.get(i);
      if (there == tag) {
        return i;
      }
      long owes = there == 0 ? Long.MIN_VALUE : Math.max(0, full.get(i) - now);
      if (owes < debt) {
        debt = owes;
        least = i;
      }
    }
    // Two threads may take the same entry at once: then two networks share a bucket for a moment.
    tags.set(least, tag);
    return least;
  }

  /** Entries of the table. */
  int size() {
    return tags.length();
  }
}
