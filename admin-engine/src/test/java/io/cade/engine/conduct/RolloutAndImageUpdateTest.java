package io.cade.engine.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.State;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.ServiceVersion;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A version that is published while a card of the service gets another boot image. */
final class RolloutAndImageUpdateTest extends ImageUpdateFixture {
  private void publish() {
    // The same package, so that cards need not know more than one.
    world.apply(
        new Change.VersionAdded(
            "shop",
            new ServiceVersion(2, "sha256:c2", "sha256:shop", 10, world.now, "ann", "sale")),
        new Change.RolloutChanged(
            "shop",
            Rollout.begin(1, 2, Duration.ofSeconds(10), Duration.ofSeconds(8), "ann", world.now)));
    world.settle();
  }

  private Rollout rollout() {
    return Objects.requireNonNull(shop().versions().rollout());
  }

  private boolean isOnACardOfTheService(State state) {
    return shop().placements().stream()
        .map(Placement::position)
        .flatMap(at -> update().on(at).stream())
        .anyMatch(step -> step.state() == state);
  }

  @ParameterizedTest
  @EnumSource(
      value = State.class,
      names = {"DRAINING", "STAGING", "BOOTING", "PROVING"})
  void theVersionWaitsUntilTheCardHasItsImage(State state) {
    served = 2;
    begin(Kind.OWN);
    start(1, 1, "");
    until(state.name(), () -> isOnACardOfTheService(state));
    publish();
    assertThat(rollout().cause())
        .matches("waits for card \\d\\.\\d, which is between two boot images");
    until("the version", () -> !rollout().stage().isActive());
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Rollout.Stage.DONE);
    untilEnded();
    assertThat(update().stage()).as(update().cause()).isEqualTo(ImageUpdate.Stage.DONE);
    assertThat(leastServing).isEqualTo(1);
    assertThat(world.alarms()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aCardThatGoesBackToItsImageIsWaitedForToo(Kind kind) {
    served = 2;
    begin(kind);
    start(1, 1, "");
    until("the first card", () -> isOnACardOfTheService(State.DONE));
    badPages.add(shop().placements().get(0).position() + " 2");
    badPages.add(shop().placements().get(1).position() + " 2");
    until("way back", () -> update().stage() == ImageUpdate.Stage.RETURNING);
    publish();
    untilEnded();
    until("the version", () -> !rollout().stage().isActive());
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Rollout.Stage.DONE);
    everythingIsAsBefore();
  }
}
