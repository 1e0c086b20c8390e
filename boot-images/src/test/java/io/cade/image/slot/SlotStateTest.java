package io.cade.image.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.image.slot.SlotContent.Standing;
import io.cade.image.slot.SlotState.Boot;
import io.cade.image.slot.SlotState.DowngradePermit;
import io.cade.image.slot.SlotState.Installation;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotStateTest {
  private static SlotState installed(SlotState on, long build, long minimum) {
    Installation outcome =
        on.install("sha256:" + build, "v" + build, build, minimum, Optional.empty());
    assertThat(outcome).isInstanceOf(Installation.Allowed.class);
    return ((Installation.Allowed) outcome).next();
  }

  private static Boot.From boots(SlotState state) {
    assertThat(state.boot()).isInstanceOf(Boot.From.class);
    return (Boot.From) state.boot();
  }

  /** A card that runs a good image of build 1 from slot A. */
  private static SlotState good() {
    return boots(installed(SlotState.empty(), 1, 0)).next().markGood();
  }

  @Test
  void anEmptyCardBootsFromTheNetwork() {
    assertThat(SlotState.empty().boot()).isInstanceOf(Boot.Nothing.class);
  }

  @Test
  void aNewImageGoesWhereTheRunningOneIsNotAndIsTriedFirst() {
    SlotState state = installed(good(), 2, 0);
    assertThat(state.content(Slot.A).orElseThrow().build()).isEqualTo(1);
    assertThat(state.content(Slot.B).orElseThrow().standing()).isEqualTo(Standing.TRYING);
    assertThat(boots(state).slot()).isEqualTo(Slot.B);
  }

  @Test
  void anImageThatNeverProvesItselfIsTriedThreeTimesThenTheGoodOneComesBack() {
    SlotState state = installed(good(), 2, 0);
    for (int attempt = 1; attempt <= SlotState.TRIES; attempt++) {
      Boot.From boot = boots(state);
      assertThat(boot.slot()).as("attempt %d", attempt).isEqualTo(Slot.B);
      state = boot.next();
    }
    Boot.From back = boots(state);
    assertThat(back.slot()).isEqualTo(Slot.A);
    assertThat(back.fallback()).isTrue();
    assertThat(back.next().content(Slot.B).orElseThrow().standing()).isEqualTo(Standing.BAD);
    assertThat(boots(back.next().markGood()).slot()).as("from then on").isEqualTo(Slot.A);
  }

  @Test
  void anImageMarkedGoodAtItsLastAttemptStays() {
    SlotState state = installed(good(), 2, 0);
    for (int attempt = 1; attempt <= SlotState.TRIES; attempt++) {
      state = boots(state).next();
    }
    state = state.markGood();
    assertThat(boots(state).slot()).isEqualTo(Slot.B);
    assertThat(boots(state).fallback()).isFalse();
  }

  @Test
  void anOlderImageNeedsSomebodysPermitWhichIsKept() {
    SlotState state = boots(installed(good(), 5, 4)).next().markGood();
    assertThat(state.floor()).isEqualTo(4);
    Installation refused = state.install("sha256:3", "v3", 3, 0, Optional.empty());
    assertThat(((Installation.Refused) refused).reason()).contains("lowest allowed, 4");
    Installation older = state.install("sha256:4", "v4", 4, 0, Optional.empty());
    assertThat(((Installation.Refused) older).reason()).contains("the one in use, 5");
    DowngradePermit permit = new DowngradePermit("anna", "fans fail under 5", 3, 1000);
    Installation forAnother = state.install("sha256:2", "v2", 2, 0, Optional.of(permit));
    assertThat(forAnother).isInstanceOf(Installation.Refused.class);
    Installation allowed = state.install("sha256:3", "v3", 3, 0, Optional.of(permit));
    SlotState next = ((Installation.Allowed) allowed).next();
    assertThat(next.permits()).containsExactly(permit);
    assertThat(boots(next).next().content(((Installation.Allowed) allowed).slot()))
        .get()
        .extracting(SlotContent::build)
        .isEqualTo(3L);
  }

  @Test
  void theFloorHoldsForTheFallbackToo() {
    // Build 1 is still there, but build 5, once good, forbids what is below 4.
    SlotState state = boots(installed(good(), 5, 4)).next().markGood();
    assertThat(state.markBad(Slot.B).boot()).isInstanceOf(Boot.Nothing.class);
  }

  @Test
  void aBadSlotIsNeverBooted() {
    assertThat(good().markBad(Slot.A).boot()).isInstanceOf(Boot.Nothing.class);
  }

  /** Whatever happens in whatever order, and wherever the power is cut. */
  @Test
  void rulesHoldInEveryOrderOfEvents() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int run = 0; run < 2_000; run++) {
      SlotState state = SlotState.empty();
      int bootsWithoutMark = 0;
      for (int step = 0; step < 40; step++) {
        SlotState before = state;
        switch (random.nextInt(4)) {
          case 0 -> {
            long build = random.nextInt(20);
            Installation outcome =
                state.install(
                    "sha256:" + build,
                    "v",
                    build,
                    random.nextInt((int) build + 1),
                    Optional.empty());
            if (outcome instanceof Installation.Allowed allowed) {
              assertThat(allowed.slot()).isNotEqualTo(before.booted());
              assertThat(build).isGreaterThanOrEqualTo(before.floor());
              state = allowed.next();
              bootsWithoutMark = 0;
            }
          }
          case 1 -> {
            state = state.markGood();
            bootsWithoutMark = 0;
          }
          default -> {
            Boot outcome = state.boot();
            if (outcome instanceof Boot.From from) {
              SlotContent content = before.content(from.slot()).orElseThrow();
              assertThat(content.standing()).isNotEqualTo(Standing.BAD);
              assertThat(content.build()).isGreaterThanOrEqualTo(before.floor());
              bootsWithoutMark = content.standing() == Standing.TRYING ? bootsWithoutMark + 1 : 0;
              assertThat(bootsWithoutMark).isLessThanOrEqualTo(2 * SlotState.TRIES);
              state = from.next();
            } else {
              state = ((Boot.Nothing) outcome).next();
            }
          }
        }
        assertThat(state.floor()).isGreaterThanOrEqualTo(before.floor());
      }
    }
  }
}
