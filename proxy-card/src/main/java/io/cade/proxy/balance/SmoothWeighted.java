package io.cade.proxy.balance;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Turns in proportion to the weights, spread evenly: with 5, 1 and 1 not {@code aaaaabc} but {@code
 * aabacaa}. The sequence is nginx's smooth weighted round robin (commit 52327e0627f4); it is worked
 * out once when weights change, so that a choice is one atomic increment. Thread-safe.
 */
public final class SmoothWeighted implements BalancingAlgorithm {
  /** Turns of one sequence at most; weights are rounded to fit. */
  private static final int LONGEST = 4_096;

  private final AtomicInteger next = new AtomicInteger();

  @Override
  public BackendChooser chooser(Candidates candidates) {
    return new Turns(candidates, sequence(shares(candidates)));
  }

  /** The weights divided by what they have in common, or by more when there would be too many. */
  private static int[] shares(Candidates candidates) {
    int[] shares = new int[candidates.size()];
    int common = 0;
    for (int i = 0; i < shares.length; i++) {
      shares[i] = candidates.weight(i);
      common = gcd(common, shares[i]);
    }
    long total = common == 0 ? 0 : candidates.totalWeight() / common;
    for (int i = 0; i < shares.length; i++) {
      shares[i] =
          total <= LONGEST
              ? shares[i] / common
              : (int) Math.max(1, (long) shares[i] * LONGEST / candidates.totalWeight());
    }
    return shares;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private static short[] sequence(int[] shares) {
    int total = 0;
    for (int share : shares) {
      total += share;
    }
    short[] sequence = new short[total];
    int[] current = new int[shares.length];
    for (int turn = 0; turn < total; turn++) {
      int best = 0;
      for (int i = 0; i < shares.length; i++) {
        current[i] += shares[i];
        if (current[i] > current[best]) {
          best = i;
        }
      }
      current[best] -= total;
      sequence[turn] = (short) best;
    }
    return sequence;
  }

  private final class Turns implements BackendChooser {
    private final Candidates candidates;
    private final short[] sequence;

    Turns(Candidates candidates, short[] sequence) {
      this.candidates = candidates;
      this.sequence = sequence;
    }

    @Override
    public int choose(Question question) {
      int length = sequence.length;
      if (length == 0) {
        return NONE;
      }
      int turn = (next.getAndIncrement() & 0x7fff_ffff) % length;
      // Whoever follows in the sequence takes the turns of one that is not permitted.
      for (int i = 0; i < length; i++) {
        int index = sequence[turn];
        if (question.permits(candidates.member(index))) {
          return index;
        }
        turn = turn + 1 == length ? 0 : turn + 1;
      }
      return NONE;
    }
  }
}
