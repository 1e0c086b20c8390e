package io.cade.proxy.balance;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The better of two drawn at random, by latency times running requests over weight: nearly as good
 * as the best of all, without a look at all, and without all proxies rushing to the same card
 * (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001). Thread-safe.
 */
public final class PowerOfTwo implements BalancingAlgorithm {
  private final AtomicLong draws;

  /**
   * @param seed of the drawing
   */
  public PowerOfTwo(long seed) {
    this.draws = new AtomicLong(seed);
  }

  @Override
  public BackendChooser chooser(Candidates candidates) {
    return question -> choose(candidates, question);
  }

  private int choose(Candidates candidates, Question question) {
    int size = candidates.size();
    if (size == 0) {
      return BackendChooser.NONE;
    }
    long drawn = Hash.mixed(draws.getAndAdd(Hash.GOLDEN));
    int a = (int) (((drawn >>> 32) * size) >>> 32);
    int b = size == 1 ? a : (int) (((drawn & 0xffff_ffffL) * (size - 1)) >>> 32);
    if (size > 1 && b >= a) {
      b++;
    }
    boolean mayA = question.permits(candidates.member(a));
    boolean mayB = b != a && question.permits(candidates.member(b));
    if (mayA && mayB) {
      long now = question.nowNanos();
      return cost(candidates, b, now) < cost(candidates, a, now) ? b : a;
    }
    if (mayA || mayB) {
      return mayA ? a : b;
    }
    int best = BackendChooser.NONE;
    for (int i = 0; i < size; i++) {
      if (question.permits(candidates.member(i))
          && (best == BackendChooser.NONE
              || cost(candidates, i, question.nowNanos())
                  < cost(candidates, best, question.nowNanos()))) {
        best = i;
      }
    }
    return best;
  }

  private static double cost(Candidates candidates, int index, long now) {
    Member member = candidates.member(index);
    return member.latency().cost(member.backend().running(), now) / candidates.weight(index);
  }
}
