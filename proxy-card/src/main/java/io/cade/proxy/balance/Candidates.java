package io.cade.proxy.balance;

import java.util.List;
import java.util.function.IntSupplier;

/**
 * Members that may be chosen now, with their weights of this moment. Immutable; made anew when
 * health, ejection, slow start or routes change any of it.
 */
public final class Candidates {
  /** What a weight of 1 counts, so that a slow start can have parts of it. */
  public static final int UNIT = 100;

  private final Member[] members;
  private final int[] weights;
  private final int[] costs;
  private final IntSupplier running;
  private final long totalWeight;

  /**
   * @param weights in {@link #UNIT}s, 1 or more
   * @param costs of the members, 0 or more
   * @param running requests of the service that run now, at all cards together
   */
  public Candidates(List<Member> members, int[] weights, int[] costs, IntSupplier running) {
    this.members = members.toArray(Member[]::new);
    this.weights = weights.clone();
    this.costs = costs.clone();
    this.running = running;
    long total = 0;
    for (int weight : weights) {
      if (weight < 1) {
        throw new IllegalArgumentException("a candidate's weight is " + weight);
      }
      total += weight;
    }
    this.totalWeight = total;
    if (members.size() != weights.length || weights.length != costs.length) {
      throw new IllegalArgumentException("each member needs a weight and a cost");
    }
  }

  public int size() {
    return members.length;
  }

  public Member member(int index) {
    return members[index];
  }

  /** In {@link #UNIT}s. */
  public int weight(int index) {
    return weights[index];
  }

  public long totalWeight() {
    return totalWeight;
  }

  public int cost(int index) {
    return costs[index];
  }

  /** Requests of the service that run now, at all cards together. */
  public int running() {
    return running.getAsInt();
  }

  /** Where a member is, or {@link BackendChooser#NONE}. */
  int indexOf(Member member) {
    for (int i = 0; i < members.length; i++) {
      if (members[i] == member) {
        return i;
      }
    }
    return BackendChooser.NONE;
  }
}
