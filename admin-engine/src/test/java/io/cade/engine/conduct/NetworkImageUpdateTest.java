package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.ImageUpdate.Image;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.SlotImage;
import org.junit.jupiter.api.Test;

/** What is particular to cards that boot from the network: the engine keeps their slots. */
final class NetworkImageUpdateTest extends ImageUpdateFixture {
  @Test
  void anImageThatTheEngineCannotTakeInComesToNobody() {
    storeRefuses = "there are 32 images already";
    begin(Kind.NETWORK);
    start(1, 1, "");
    untilEnded();
    assertThat(update().cause()).isEqualTo("card 1.3: there are 32 images already");
    assertThat(world.alarms()).anyMatch(a -> a.contains("updateFailed"));
    assertThat(blades.values()).allSatisfy(blade -> assertThat(blade.boots).isEqualTo(1));
    assertThat(world.cabinet.slotImages()).isEmpty();
    everythingIsAsBefore();
  }

  @Test
  void anOlderImageComesToNobodyEither() {
    begin(Kind.NETWORK);
    ImageUpdate plan = planned(1, 1, "");
    world.apply(
        new Change.ImageUpdateChanged(
            new ImageUpdate(
                plan.name(),
                new Image("sha256:b", "2", 0, 0, "x86_64", "server", DIGEST, 100),
                plan.from(),
                plan.course(),
                plan.stage(),
                plan.since(),
                plan.cards(),
                plan.by(),
                plan.cause())));
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).contains("build 0 is older than build 1 of image blade 1");
    assertThat(world.cabinet.images()).containsOnlyKeys(OLD);
    everythingIsAsBefore();
  }

  @Test
  void aCardThatBootsFromTheNetworkGetsTheImageForOneBootOnly() {
    begin(Kind.NETWORK);
    start(1, 1, "");
    until("trial", () -> reached("STARTING 1.1"));
    SlotImage slot = world.cabinet.slotImage(at("1.1")).orElseThrow();
    assertThat(slot).isEqualTo(new SlotImage(at("1.1"), OLD, DIGEST, 0, OLD));
    assertThatThrownBy(() -> world.apply(new Change.ImageRemoved(OLD)))
        .as("what it goes back to")
        .isInstanceOf(IllegalStateException.class);
    power("1.1");
    until("its next boot", () -> "1".equals(world.imageVersions.get("1.1")));
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    everythingIsAsBefore();
  }

  @Test
  void aSlotsOwnImageStaysUntilAnotherOneIsForAll() {
    begin(Kind.NETWORK);
    start(1, 4, "");
    untilEnded();
    assertThat(world.cabinet.slotImages().values())
        .hasSize(5)
        .allSatisfy(slot -> assertThat(slot.next()).isEqualTo(DIGEST));
    world.apply(new Change.ImageUsed(DIGEST));
    assertThat(world.cabinet.slotImages()).isEmpty();
    world.apply(new Change.ImageRemoved(OLD));
  }

  @Test
  void aCardWhoseImageTheEngineHasNoMoreIsLeftAloneAndNamed() {
    begin(Kind.MIXED);
    world.apply(
        new Change.ImageImported(image("sha256:other", "9", 9)),
        new Change.ImageUsed("sha256:other"),
        new Change.ImageRemoved(OLD));
    assertThat(ImageUpdateOrders.obstacle(world.cabinet, planned(1, 1, ""))).isEmpty();
    start(1, 1, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.DONE);
    assertThat(update().cause())
        .contains("card 1.1 boots from the network and runs blade 1")
        .contains("not among the engine's images");
    assertThat(world.imageVersions).containsEntry("1.1", "1").containsEntry("2.2", "2");
  }

  @Test
  void anImageForAnotherProcessorIsRefusedInWords() {
    begin(Kind.NETWORK);
    ImageUpdate plan = planned(1, 1, "");
    ImageUpdate foreign =
        new ImageUpdate(
            plan.name(),
            new Image("sha256:b", "2", 2, 0, "aarch64", "server", DIGEST, 100),
            plan.from(),
            plan.course(),
            plan.stage(),
            plan.since(),
            plan.cards(),
            plan.by(),
            plan.cause());
    assertThat(ImageUpdateOrders.obstacle(world.cabinet, foreign))
        .isEqualTo(
            "image blade 2 is for aarch64; the cards that it may follow on are not: 1.1 x86_64,"
                + " 1.2 x86_64, 1.3 x86_64, 2.1 x86_64, 2.2 x86_64");
    assertThat(ImageUpdateOrders.concerned(world.cabinet, foreign)).isEmpty();
    assertThat(ImageUpdateOrders.obstacle(world.cabinet, plan)).isEmpty();
  }
}
