package io.cade.proxy.balance;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The candidate with the lowest load, from a tournament tree: a choice and a change of load cost
 * O(log n). Of equals the one whose last turn is longest ago. Loads that change through another
 * service are seen when the candidate comes up. All fields are guarded by this object, which is
 * held for well under a microsecond.
 */
final class LoadTree implements BackendChooser {
  /** How high the load of a candidate is. */
  interface Load {
    /**
     * @param more requests that it would have beside those that run
     */
    long of(Candidates candidates, int index, int more);
  }

  private static final int STALE_WINNERS = 4;

  private final Candidates candidates;
  private final Load load;
  private final long[] loads;
  private final long[] lastTurns;
  // winners[1] is the root; leaves are from `leaves` on; NONE for no candidate.
  private final int[] winners;
  private final int leaves;
  private long turn;

  /**
   * @param former what chose before, whose turns go on; or null
   */
  LoadTree(Candidates candidates, Load load, @Nullable LoadTree former) {
    this.candidates = candidates;
    this.load = load;
    int size = candidates.size();
    this.loads = new long[size];
    this.lastTurns = new long[size];
    this.leaves = Math.max(1, Integer.highestOneBit(Math.max(1, size - 1)) << 1);
    this.winners = new int[2 * leaves];
    Arrays.fill(winners, NONE);
    if (former != null) {
      former.handOver(this);
    }
    for (int i = 0; i < size; i++) {
      loads[i] = load.of(candidates, i, 0);
      winners[leaves + i] = i;
    }
    for (int node = leaves - 1; node > 0; node--) {
      winners[node] = better(winners[2 * node], winners[2 * node + 1]);
    }
  }

  private synchronized void handOver(LoadTree to) {
    to.turn = turn;
    for (int i = 0; i < to.candidates.size(); i++) {
      int before = candidates.indexOf(to.candidates.member(i));
      to.lastTurns[i] = before == NONE ? turn : lastTurns[before];
    }
  }

  @Override
  public synchronized int choose(Question question) {
    int favourite = winners[1];
    for (int i = 0; favourite != NONE && i < STALE_WINNERS; i++) {
      long now = load.of(candidates, favourite, 0);
      if (now == loads[favourite]) {
        break;
      }
      update(favourite, now);
      favourite = winners[1];
    }
    if (favourite != NONE && !question.permits(candidates.member(favourite))) {
      favourite = NONE;
      for (int i = 0; i < loads.length; i++) {
        if (question.permits(candidates.member(i))) {
          favourite = better(favourite, i);
        }
      }
    }
    if (favourite != NONE) {
      lastTurns[favourite] = ++turn;
      // As if it ran already, so that others who ask before it does go elsewhere.
      update(favourite, load.of(candidates, favourite, 1));
    }
    return favourite;
  }

  @Override
  public synchronized void changed(int index) {
    update(index, load.of(candidates, index, 0));
  }

  private void update(int index, long newLoad) {
    loads[index] = newLoad;
    for (int node = (leaves + index) / 2; node > 0; node /= 2) {
      winners[node] = better(winners[2 * node], winners[2 * node + 1]);
    }
  }

  private int better(int a, int b) {
    if (a == NONE || b == NONE) {
      return a == NONE ? b : a;
    }
    if (loads[a] != loads[b]) {
      return loads[a] < loads[b] ? a : b;
    }
    return lastTurns[b] < lastTurns[a] ? b : a;
  }
}
