package io.cade.proxy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.NetworkPrefix;
import io.cade.agent.wire.TrafficReport.SignalReport;
import io.cade.agent.wire.VisitorSignal;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SignalWatchTest {
  private static final NetworkPrefix VISITOR = NetworkPrefix.parse("192.0.2.7");

  private final AtomicLong time = new AtomicLong();
  private final SignalWatch watch = new SignalWatch(SignalPolicy.of(5, 100, 50, 5), time::get);

  private void pass(long millis) {
    time.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void aFloodIsRaisedOnceNamedAndClearedOnce() {
    boolean active = false;
    int raised = 0;
    int cleared = 0;
    for (int second = 0; second < 600; second++) {
      // One minute of flood with pauses that must not make it flutter.
      for (int i = 0; second < 60 && second % 7 != 0 && i < 20; i++) {
        watch.saw(VisitorSignal.FLOOD, "shop", VISITOR);
      }
      pass(1000);
      boolean now = !watch.signals().isEmpty();
      raised += now && !active ? 1 : 0;
      cleared += !now && active ? 1 : 0;
      active = now;
      if (now) {
        SignalReport signal = watch.signals().getFirst();
        assertThat(signal.kind()).isEqualTo(VisitorSignal.FLOOD);
        assertThat(signal.service()).isEqualTo("shop");
        assertThat(signal.network()).isEqualTo("192.0.2.0/24");
        assertThat(signal.count()).isPositive();
      }
    }
    assertThat(raised).isEqualTo(1);
    assertThat(cleared).isEqualTo(1);
    assertThat(active).isFalse();
  }

  @Test
  void nothingIsRaisedBelowTheLimitHoweverLongItLasts() {
    for (int second = 0; second < 3600; second++) {
      // 30 s half-life: a steady rate of one each second comes to 43.
      watch.saw(VisitorSignal.SCAN, "shop", VISITOR);
      pass(1000);
      assertThat(watch.signals()).isEmpty();
    }
  }

  @Test
  void manyInnocentNetworksNeitherHideAGuesserNorAreAccused() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    boolean seen = false;
    for (int i = 0; i < 20_000; i++) {
      NetworkPrefix innocent =
          new NetworkPrefix(0, 0x0a000000L + (random.nextInt(1 << 16) << 8), true, 32);
      watch.saw(VisitorSignal.CREDENTIAL_GUESSING, "mail", innocent);
      if (i % 20 == 0) {
        watch.saw(VisitorSignal.CREDENTIAL_GUESSING, "mail", VISITOR);
      }
      pass(1);
      if (i % 1000 == 999) {
        for (SignalReport signal : watch.signals()) {
          assertThat(signal.network()).isEqualTo("192.0.2.0/24");
          seen = true;
        }
      }
    }
    assertThat(seen).isTrue();
  }

  @Test
  void kindsAndSitesAreToldApart() {
    for (int i = 0; i < 5; i++) {
      watch.saw(VisitorSignal.SLOW_HEADS, "", VISITOR);
      watch.saw(VisitorSignal.CREDENTIAL_GUESSING, "a", VISITOR);
      watch.saw(VisitorSignal.CREDENTIAL_GUESSING, "b", NetworkPrefix.parse("2001:db8::1"));
    }
    assertThat(watch.signals())
        .extracting(s -> s.kind() + " " + s.service() + " " + s.network())
        .containsExactlyInAnyOrder(
            "SLOW_HEADS  192.0.2.0/24",
            "CREDENTIAL_GUESSING a 192.0.2.0/24",
            "CREDENTIAL_GUESSING b 2001:db8::/56");
  }

  @Test
  void memoryAndTheNumberOfSignalsAreBounded() {
    HeavyHitters<Integer> hitters = new HeavyHitters<>(10, 1_000, 0);
    for (int i = 0; i < 100_000; i++) {
      hitters.add(i, i); // a hundred half-lives: weights are scaled down on the way
      assertThat(hitters.size()).isLessThanOrEqualTo(10);
    }
    hitters.hits(100_000).forEach(hit -> assertThat(hit.sure()).isLessThanOrEqualTo(1.0001));
    for (int n = 0; n < 40; n++) {
      for (int i = 0; i < 10; i++) {
        watch.saw(
            VisitorSignal.SLOW_HEADS, "", new NetworkPrefix(0, 0x0a000000L + (n << 8), true, 32));
      }
    }
    assertThat(watch.signals()).hasSize(SignalWatch.MOST_ACTIVE);
    assertThat(watch.signals()).hasSize(SignalWatch.MOST_ACTIVE);
  }
}
