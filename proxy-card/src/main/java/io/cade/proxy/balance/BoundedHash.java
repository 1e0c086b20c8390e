package io.cade.proxy.balance;

import java.util.Arrays;

/**
 * The same visitor to the same card, while no card has more than a quarter above its share: then
 * the next one on the ring (Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded
 * Loads", 2016). A card that comes or goes moves only its own part of the visitors. All proxies
 * have the same ring. Thread-safe.
 */
public final class BoundedHash implements BalancingAlgorithm {
  private static final double BOUND = 1.25;
  private static final int POINTS_PER_CARD = 128;
  private static final int MOST_POINTS = 16_384;

  @Override
  public BackendChooser chooser(Candidates candidates) {
    return new Ring(candidates);
  }

  private static final class Ring implements BackendChooser {
    private final Candidates candidates;
    private final long[] points;
    private final short[] owners;

    Ring(Candidates candidates) {
      this.candidates = candidates;
      int size = candidates.size();
      double perUnit =
          candidates.totalWeight() == 0
              ? 0
              : Math.min(
                  (double) POINTS_PER_CARD * size / candidates.totalWeight(),
                  (double) MOST_POINTS / candidates.totalWeight());
      int total = 0;
      int[] counts = new int[size];
      for (int i = 0; i < size; i++) {
        counts[i] = Math.max(1, (int) Math.round(candidates.weight(i) * perUnit));
        total += counts[i];
      }
      // The owner in the low bits lets plain numbers be sorted; what it costs in bits of the point
      // does not matter.
      long[] owned = new long[total];
      int filled = 0;
      for (int i = 0; i < size; i++) {
        long seed = Hash.of(candidates.member(i).id());
        for (int point = 0; point < counts[i]; point++) {
          owned[filled++] = (Hash.mixed(seed + point * Hash.GOLDEN) & ~0x1ffL) | i;
        }
      }
      Arrays.sort(owned);
      this.points = owned;
      this.owners = new short[total];
      for (int i = 0; i < total; i++) {
        owners[i] = (short) (owned[i] & 0x1ff);
      }
    }

    @Override
    public int choose(Question question) {
      if (points.length == 0) {
        return NONE;
      }
      int found = Arrays.binarySearch(points, question.hash() & ~0x1ffL);
      int at = found >= 0 ? found : -found - 1;
      double share = BOUND * (candidates.running() + 1) / candidates.totalWeight();
      int above = NONE;
      for (int i = 0; i < points.length; i++) {
        if (at >= points.length) {
          at = 0;
        }
        int owner = owners[at++];
        Member member = candidates.member(owner);
        if (question.permits(member)) {
          if (member.running() < Math.ceil(share * candidates.weight(owner))) {
            return owner;
          }
          above = above == NONE ? owner : above;
        }
      }
      return above; // at least one is always below its bound, unless the question forbids it
    }
  }
}
