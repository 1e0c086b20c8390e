package io.cade.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.proxy.testing.ProxyRig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is particular to each algorithm. */
class AlgorithmTest {
  private final Backends backends = new Backends(ProxyRig.QUICK, 10_000, () -> {});
  private final List<Member> members = new ArrayList<>();
  private long now;
  private long hash;
  private int running;

  private final Question anyone =
      new Question() {
        @Override
        public boolean permits(Member member) {
          return true;
        }

        @Override
        public long hash() {
          return hash;
        }

        @Override
        public long nowNanos() {
          return now;
        }
      };

  private Candidates cards(int[] weights, int[] costs) {
    for (int i = members.size(); i < weights.length; i++) {
      members.add(new Member("1." + (i + 1), backends.at("127.1.1." + (i + 1), 8000)));
    }
    int[] scaled = new int[weights.length];
    for (int i = 0; i < weights.length; i++) {
      scaled[i] = weights[i] * Candidates.UNIT;
    }
    return new Candidates(members.subList(0, weights.length), scaled, costs, () -> running);
  }

  private String turns(BackendChooser chooser, int count) {
    StringBuilder turns = new StringBuilder();
    for (int i = 0; i < count; i++) {
      turns.append((char) ('a' + chooser.choose(anyone)));
    }
    return turns.toString();
  }

  @Test
  void smoothWeightedSpreadsTheHeavyOnesTurnsAsNginxDoes() {
    BackendChooser chooser =
        new SmoothWeighted().chooser(cards(new int[] {5, 1, 1}, new int[] {1, 1, 1}));
    assertThat(turns(chooser, 14)).isEqualTo("aabacaa".repeat(2));
  }

  @Test
  void leastConnectionsTakesTheLeastLoadedForItsWeightAndEqualsInTurn() {
    BackendChooser chooser =
        new LeastConnections().chooser(cards(new int[] {1, 1, 2}, new int[] {1, 1, 1}));
    StringBuilder turns = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      int chosen = chooser.choose(anyone);
      assertThat(members.get(chosen).begin(100)).isTrue();
      chooser.changed(chosen);
      turns.append((char) ('a' + chosen));
    }
    assertThat(turns.toString()).isEqualTo("abcc");
    members.get(1).end();
    chooser.changed(1);
    assertThat(chooser.choose(anyone)).isEqualTo(1);
  }

  @Test
  void leastConnectionsSeesLoadThatCameThroughAnotherService() {
    BackendChooser chooser =
        new LeastConnections().chooser(cards(new int[] {1, 1}, new int[] {1, 1}));
    members.get(0).backend().begun();
    members.get(0).backend().begun();
    assertThat(turns(chooser, 1)).isEqualTo("b");
  }

  @Test
  void slowCardIsLeftAtItsFirstSlowAnswerAndTriedAgainLater() {
    BackendChooser chooser = new PowerOfTwo(7).chooser(cards(new int[] {1, 1}, new int[] {1, 1}));
    members.get(0).latency().sample(5_000_000, now);
    members.get(1).latency().sample(5_000_000, now);
    members.get(0).latency().sample(2_000_000_000, now);
    assertThat(turns(chooser, 50)).isEqualTo("b".repeat(50));
    // Nobody asks it, so only the passing of time can forgive it.
    for (int i = 0; i < 80; i++) {
      now += 1_000_000_000L;
      members.get(1).latency().sample(5_000_000, now);
    }
    assertThat(turns(chooser, 1)).isEqualTo("a");
  }

  @Test
  void fallingLatencyIsBelievedSlowlyAndARiseAtOnce() {
    PeakEwma latency = new PeakEwma();
    latency.sample(1_000_000, 0);
    latency.sample(100_000_000, 1);
    assertThat(latency.cost(0, 1)).isEqualTo(100e6);
    latency.sample(1_000_000, 10_000_000_000L);
    assertThat(latency.cost(0, 10_000_000_000L)).isBetween(30e6, 40e6);
  }

  @Test
  void visitorStaysWithHisCardAndOnlyThoseOfALostCardMove() {
    BoundedHash algorithm = new BoundedHash();
    int[] ones = {1, 1, 1, 1, 1, 1};
    BackendChooser six = algorithm.chooser(cards(ones, ones));
    BackendChooser five =
        algorithm.chooser(cards(new int[] {1, 1, 1, 1, 1}, new int[] {1, 1, 1, 1, 1}));
    int moved = 0;
    int ofLost = 0;
    for (int visitor = 0; visitor < 6_000; visitor++) {
      hash = Hash.of("10.0." + visitor / 250 + "." + visitor % 250);
      int before = six.choose(anyone);
      assertThat(six.choose(anyone)).isEqualTo(before);
      int after = five.choose(anyone);
      if (before == 5) {
        ofLost++;
      } else if (before != after) {
        moved++;
      }
    }
    assertThat(moved).isZero();
    assertThat(ofLost).isBetween(600, 1_400);
  }

  @Test
  void oneVisitorsFloodSpillsOverToTheNextCards() {
    int[] ones = {1, 1, 1, 1};
    BackendChooser chooser = new BoundedHash().chooser(cards(ones, ones));
    hash = Hash.of("10.9.8.7");
    for (int i = 0; i < 100; i++) {
      assertThat(members.get(chooser.choose(anyone)).begin(1_000)).isTrue();
      running++;
    }
    for (Member member : members) {
      assertThat(member.running()).isLessThanOrEqualTo(32);
    }
  }

  @Test
  void dearCardsAreUsedOnlyWhenTheCheapOnesAreFull() {
    BackendChooser chooser =
        new ByCost(3).chooser(cards(new int[] {1, 1, 1}, new int[] {50, 1, 1}));
    StringBuilder turns = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      int chosen = chooser.choose(anyone);
      assertThat(members.get(chosen).begin(100)).isTrue();
      chooser.changed(chosen);
      turns.append((char) ('a' + chosen));
    }
    assertThat(turns.substring(0, 6).chars().filter(c -> c == 'a').count()).isZero();
    assertThat(turns.substring(6)).isEqualTo("aa");
  }
}
