package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.cli.EachGate.Say;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When another one of many begins. */
final class EachGateTest {
  @Test
  void theCanaryIsAloneUntilItHasSucceeded() {
    EachGate gate = new EachGate(10, 1, 4, 0);
    assertThat(gate.next(0, 0, 0)).isEqualTo(Say.BEGIN);
    assertThat(gate.next(1, 0, 0)).isEqualTo(Say.WAIT);
    assertThat(gate.next(1, 1, 0)).isEqualTo(Say.BEGIN);
    assertThat(gate.next(4, 1, 0)).isEqualTo(Say.BEGIN);
    assertThat(gate.next(5, 1, 0)).isEqualTo(Say.WAIT);
  }

  @Test
  void aCanaryThatFailsStopsAllWhateverShareMayFail() {
    EachGate gate = new EachGate(10, 2, 4, 100);
    assertThat(gate.next(2, 0, 1)).isEqualTo(Say.STOP);
    assertThat(gate.next(2, 1, 1)).isEqualTo(Say.STOP);
  }

  @Test
  void nothingBeginsWhenMoreThanTheShareHasFailed() {
    EachGate gate = new EachGate(10, 0, 4, 20);
    assertThat(gate.next(4, 1, 2)).isEqualTo(Say.BEGIN);
    assertThat(gate.next(4, 1, 3)).isEqualTo(Say.STOP);
    assertThat(new EachGate(10, 0, 4, 0).next(4, 1, 1)).isEqualTo(Say.STOP);
  }

  @Test
  void itAlwaysEndsAndNeverRunsMoreThanAllowed() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      EachGate gate =
          new EachGate(
              1 + random.nextInt(20),
              random.nextInt(5),
              1 + random.nextInt(6),
              random.nextInt(101));
      Deque<Integer> running = new ArrayDeque<>();
      int begun = 0;
      int good = 0;
      int bad = 0;
      for (int step = 0; ; step++) {
        assertThat(step).as("steps, seed %d", seed).isLessThan(200);
        Say say = gate.next(begun, good, bad);
        if (say == Say.BEGIN) {
          begun++;
          running.add(begun);
        } else if (running.isEmpty()) {
          assertThat(say).as("seed %d, %s", seed, gate).isEqualTo(Say.STOP);
          break;
        } else {
          running.remove();
          if (random.nextInt(4) == 0) {
            bad++;
          } else {
            good++;
          }
        }
        assertThat(running.size()).as("seed %d", seed).isLessThanOrEqualTo(gate.parallel());
        assertThat(begun).as("seed %d", seed).isLessThanOrEqualTo(gate.total());
      }
      assertThat(begun == gate.total() || bad > 0).as("seed %d, %s", seed, gate).isTrue();
    }
  }
}
