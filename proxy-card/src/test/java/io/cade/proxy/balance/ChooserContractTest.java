package io.cade.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.ProxyRig;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every balancing algorithm has to keep to. */
class ChooserContractTest {
  private static final long SEED = 20_261_121;

  record Algorithm(String name, Supplier<BalancingAlgorithm> made, boolean weighted) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Algorithm> algorithms() {
    return Stream.of(
        new Algorithm("round robin", RoundRobin::new, true),
        new Algorithm("smooth weighted", SmoothWeighted::new, true),
        new Algorithm("least connections", LeastConnections::new, true),
        new Algorithm("power of two", () -> new PowerOfTwo(SEED), true),
        new Algorithm("bounded hash", BoundedHash::new, true),
        new Algorithm("by cost", () -> new ByCost(10), true));
  }

  /** Cards with requests that run for a while, in turns of virtual time. */
  private static final class Bench implements Question {
    final List<Member> members = new ArrayList<>();
    final Set<Member> forbidden = new HashSet<>();
    final SplittableRandom random = new SplittableRandom(SEED);
    int running;
    long now;
    long hash;

    Bench(int size) {
      Backends backends = new Backends(ProxyRig.QUICK, 100_000, () -> {});
      for (int i = 0; i < size; i++) {
        members.add(new Member("1." + (i + 1), backends.at("127.1.1." + (i + 1), 8000)));
      }
    }

    Candidates candidates(int... weights) {
      int[] scaled = new int[weights.length];
      int[] costs = new int[weights.length];
      for (int i = 0; i < weights.length; i++) {
        scaled[i] = weights[i] * Candidates.UNIT;
        costs[i] = 1;
      }
      return new Candidates(members.subList(0, weights.length), scaled, costs, () -> running);
    }

    @Override
    public boolean permits(Member member) {
      return !forbidden.contains(member);
    }

    @Override
    public long hash() {
      return hash;
    }

    @Override
    public long nowNanos() {
      return now;
    }

    /** How often each was chosen, with a number of requests running all the time. */
    int[] run(BackendChooser chooser, int size, int requests, int atOneTime) {
      int[] counts = new int[size];
      List<Integer> open = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        hash = random.nextLong();
        now += 1_000_000;
        int chosen = chooser.choose(this);
        counts[chosen]++;
        assertThat(members.get(chosen).begin(1_000_000)).isTrue();
        running++;
        chooser.changed(chosen);
        open.add(chosen);
        if (open.size() > atOneTime) {
          int at = random.nextInt(open.size());
          int ended = open.get(at);
          open.set(at, open.getLast());
          open.removeLast();
          members.get(ended).end();
          members.get(ended).latency().sample(5_000_000, now);
          running--;
          chooser.changed(ended);
        }
      }
      for (int left : open) {
        members.get(left).end();
        running--;
        chooser.changed(left);
      }
      return counts;
    }
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void neverChoosesWhatTheQuestionForbids(Algorithm algorithm) {
    Bench bench = new Bench(7);
    BackendChooser chooser = algorithm.made().get().chooser(bench.candidates(1, 1, 1, 1, 1, 1, 1));
    for (int i = 0; i < 2_000; i++) {
      bench.hash = bench.random.nextLong();
      bench.forbidden.clear();
      for (Member member : bench.members) {
        if (bench.random.nextInt(3) > 0) {
          bench.forbidden.add(member);
        }
      }
      int chosen = chooser.choose(bench);
      if (bench.forbidden.size() == 7) {
        assertThat(chosen).isEqualTo(BackendChooser.NONE);
      } else {
        assertThat(bench.forbidden).doesNotContain(bench.members.get(chosen));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void nobodyIsChosenAmongNone(Algorithm algorithm) {
    BackendChooser chooser = algorithm.made().get().chooser(new Bench(1).candidates());
    assertThat(chooser.choose(new Bench(1))).isEqualTo(BackendChooser.NONE);
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void equalCardsGetNearlyEqualShares(Algorithm algorithm) {
    Bench bench = new Bench(5);
    BackendChooser chooser = algorithm.made().get().chooser(bench.candidates(1, 1, 1, 1, 1));
    int[] counts = bench.run(chooser, 5, 20_000, 25);
    for (int count : counts) {
      assertThat(count).as("seed " + SEED).isBetween(2_800, 5_200);
    }
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void weightsShowInTheShares(Algorithm algorithm) {
    Bench bench = new Bench(3);
    BackendChooser chooser = algorithm.made().get().chooser(bench.candidates(4, 2, 2));
    int[] counts = bench.run(chooser, 3, 20_000, 40);
    assertThat(counts[0]).as("seed " + SEED).isBetween(8_000, 12_500);
    assertThat(counts[1]).isBetween(3_500, 6_500);
    assertThat(counts[2]).isBetween(3_500, 6_500);
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void changeOfWeightsFloodsNobody(Algorithm algorithm) {
    Bench bench = new Bench(4);
    BalancingAlgorithm made = algorithm.made().get();
    bench.run(made.chooser(bench.candidates(4, 4, 4, 4)), 4, 1_000, 16);
    // Many changes, as in a slow start: between two of them only few requests come.
    int[] counts = new int[4];
    for (int step = 1; step <= 40; step++) {
      BackendChooser chooser = made.chooser(bench.candidates(40, 40, 40, step));
      int[] some = bench.run(chooser, 4, 50, 8);
      for (int i = 0; i < 4; i++) {
        counts[i] += some[i];
      }
    }
    // The last one has 20.5 of 140.5 on the way: 290 of 2,000; the others 570 each.
    assertThat(counts[3]).as("seed " + SEED).isBetween(150, 450);
    for (int i = 0; i < 3; i++) {
      assertThat(counts[i]).isBetween(400, 750);
    }
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void choiceMakesNothingOnTheHeap(Algorithm algorithm) {
    Assumptions.assumeTrue(
        ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean,
        "needs a virtual machine that counts allocated bytes (HotSpot)");
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Bench bench = new Bench(14);
    BackendChooser chooser =
        algorithm.made().get().chooser(bench.candidates(1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2));
    int sum = 0;
    for (int i = 0; i < 20_000; i++) {
      sum += chooser.choose(bench);
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 20_000; i++) {
      bench.hash = Hash.mixed(i);
      sum += chooser.choose(bench);
    }
    long made = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(sum).isPositive();
    assertThat(made / 20_000).as("bytes a choice").isZero();
  }
}
