package io.cade.sim.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole module in virtual time, from a seed, through everything that goes wrong. */
@Timeout(300)
class VirtualCabinetTest {
  private static final Duration FAULTY = Duration.ofSeconds(100);

  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> rulesHoldAndAllComesBack() {
    return LongStream.rangeClosed(1, 30)
        .mapToObj(seed ->
            DynamicTest.dynamicTest("seed " + seed, () -> run(seed, Layout.small(), FAULTY)));
  }

  @Test
  void rulesHoldInFullChassis() {
    run(77, Layout.full(), FAULTY);
  }

  @Test
  void rulesHoldForASeedThatNobodyChose() {
    long seed = System.nanoTime();
    System.out.println("VirtualCabinetTest.rulesHoldForASeedThatNobodyChose seed " + seed);
    run(seed, Layout.small(), FAULTY);
  }

  @Test
  void theSameSeedIsTheSameRun() {
    VirtualCabinet.Outcome first = run(5, Layout.small(), FAULTY);
    assertThat(run(5, Layout.small(), FAULTY)).isEqualTo(first);
    assertThat(run(6, Layout.small(), FAULTY).traceHash()).isNotEqualTo(first.traceHash());
  }

  private VirtualCabinet.Outcome run(long seed, Layout layout, Duration faulty) {
    try (Complaints complaints = new Complaints()) {
      return new VirtualCabinet(
              seed,
              layout,
              Faults.Rates.rough(),
              Sabotage.none(),
              directory.resolve(seed + "-" + System.nanoTime()),
              complaints)
          .run(faulty);
    }
  }
}
