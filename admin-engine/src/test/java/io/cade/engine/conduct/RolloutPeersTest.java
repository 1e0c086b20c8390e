package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout.Stage;
import io.cade.engine.model.ServicePhase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a rollout makes of the other cards of its service: those that are out, and those to be. */
final class RolloutPeersTest extends RolloutFixture {
  private static final String A = "1.1";
  private static final String B = "2.1";
  private static final String SPARE = "1.2";

  /** A service on cards A and B, and two cards that are free. */
  private void two() {
    slots = List.of(A, SPARE, B, "2.2");
    size = 2;
    served();
    assertThat(shop().placements())
        .extracting(Placement::position)
        .containsExactlyInAnyOrder(at(A), at(B));
  }

  private void noSpares() {
    pull(SPARE);
    pull("2.2");
  }

  private void failed(String position) {
    idle.add(position);
    running.remove(position);
    world.apply(
        new Change.PlacementChanged(
            "shop",
            new Placement(
                at(position), Placement.State.FAILED, "it ended with 1", bootId(position))));
  }

  private boolean isDrained(String position) {
    return world.card(position).drain() != null;
  }

  private String waits() {
    return ServiceWaits.of(world.cabinet, shop(), world.now).getFirst().what();
  }

  @Test
  void aCardThatHasJustBootedIsWaitedForBeforeTheOtherOneIsTaken() {
    two();
    idle.add(A);
    insert(A);
    publish();
    seconds(30);
    assertThat(rollout().stage()).isEqualTo(Stage.BUILDING);
    assertThat(rollout().cause()).isEqualTo("waits for card 1.1 to serve");
    assertThat(waits()).isEqualTo("card 1.1 to serve, for version 2");
    idle.clear();
    untilEnded();
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Stage.DONE);
    assertThat(leastServing).isEqualTo(1);
    assertThat(steps).containsSubsequence("DRAINING 1.1", "DRAINING 2.1", "DONE");
    assertThat(world.alarms()).isEmpty();
  }

  @Test
  void aCardThatIsDoneAndServesAgainInTimeIsWaitedFor() {
    served();
    publish();
    until("the second card", () -> rollout().done().size() == 1 && isDrained(B));
    failed(A);
    seconds(2);
    assertThat(rollout().cause()).isEqualTo("waits for card 1.1 to serve");
    assertThat(isDrained(B)).as("who is there goes on serving").isFalse();
    seconds(60);
    assertThat(rollout().stage()).isEqualTo(Stage.BUILDING);
    idle.clear();
    untilEnded();
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Stage.DONE);
    assertThat(leastServing).isEqualTo(2);
  }

  @Test
  void aCardThatIsDoneAndServesNoMoreSendsTheVersionBack() {
    served();
    publish();
    until("the second card", () -> rollout().done().size() == 1 && isDrained(B));
    failed(A);
    Instant since = world.now;
    until("failure", () -> rollout().stage() == Stage.RETURNING);
    assertThat(Duration.between(since, world.now)).isGreaterThan(RolloutRules.START_LIMIT);
    assertThat(rollout().cause()).startsWith("card 1.1 stopped serving it");
    assertThat(alarm().text()).startsWith("version 2: card 1.1 stopped serving it");
    idle.clear();
    untilEnded();
    assertThat(leastServing).isEqualTo(2);
    everythingIsAsBefore();
  }

  @Test
  void aCardStaysWhenTheOtherOneIsPulledWhileItIsEmptied() {
    two();
    visitorsOnDrained = 2;
    publish();
    until("drain", () -> isDrained(A));
    seconds(3);
    pull(B);
    seconds(1);
    assertThat(rollout().cause())
        .isEqualTo("waits for card 2.1, which is ABSENT, or another one in its place");
    assertThat(isDrained(A)).isFalse();
    seconds(20);
    assertThat(running).containsEntry(A, OLD);
    insert(B);
    untilEnded();
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Stage.DONE);
    assertThat(leastServing).isEqualTo(1);
    assertThat(world.card(A).drain()).isNull();
  }

  @Test
  void thePlaceOfAPulledCardGoesToAnotherOneWhileTheVersionWaits() {
    two();
    publish();
    until("drain", () -> isDrained(A));
    pull(B);
    until("another card", () -> shop().on(at(B)).isEmpty());
    assertThat(rollout().stage().isActive()).isTrue();
    untilEnded();
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Stage.DONE);
    assertThat(shop().placements())
        .allSatisfy(p -> assertThat(running).containsEntry(p.position().toString(), NEW));
    assertThat(leastServing).isEqualTo(1);
  }

  @Test
  void aCardThatStaysAwayWithoutAnotherOneInItsPlaceDoesNotKeepTheVersionForEver() {
    two();
    noSpares();
    pull(B);
    Instant since = world.now;
    publish();
    seconds(590);
    assertThat(running).containsEntry(A, OLD);
    untilEnded();
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Stage.DONE);
    assertThat(Duration.between(since, world.now)).isGreaterThan(RolloutPeers.LIMIT);
    publish();
    seconds(2);
    assertThat(rollout().at()).as("it is away for long").isEqualTo(at(A));
  }

  @Test
  void aCardThatIsDoneServesUntilAnotherOneDoesBeforeItGoesBack() {
    two();
    visitorsOnDrained = 2;
    idle.add(B);
    publish();
    until("installation", () -> rollout().stage() == Stage.INSTALLING && isDrained(B));
    pull(B);
    seconds(60);
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNING);
    assertThat(rollout().cause()).isEqualTo("card 2.1 was lost while it got the version");
    assertThat(running).containsEntry(A, NEW);
    assertThat(Routing.serves(shop(), world.card(A))).isTrue();
    assertThat(waits())
        .isEqualTo(
            "card 2.1, which is ABSENT, or another one in its place, before card 1.1 goes back to"
                + " version 1");
    idle.clear();
    insert(B);
    until("drain", () -> isDrained(A));
    Instant since = world.now;
    assertThat(waits()).isEqualTo("visitors to leave card 1.1, which goes back to version 1");
    until("way back", () -> !Routing.serves(shop(), world.card(A)) || !isDrained(A));
    assertThat(Duration.between(since, world.now)).isEqualTo(Duration.ofSeconds(8));
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNED);
    assertThat(leastServing).isEqualTo(1);
    seconds(5);
    assertThat(running).containsEntry(A, OLD).containsEntry(B, OLD);
    assertThat(isDrained(A) || isDrained(B)).isFalse();
  }

  @Test
  void aCardThatIsEmptiedToGoBackStaysWhenTheOtherOneIsLost() {
    two();
    visitorsOnDrained = 2;
    unusable.add(B + " " + NEW);
    publish();
    until("way back", () -> rollout().stage() == Stage.RETURNING && isDrained(A));
    pull(B);
    seconds(20);
    assertThat(isDrained(A)).isFalse();
    assertThat(running).containsEntry(A, NEW);
    insert(B);
    untilEnded();
    assertThat(leastServing).isEqualTo(1);
    seconds(5);
    assertThat(running).containsEntry(A, OLD).containsEntry(B, OLD);
  }

  @Test
  void aCardThatIsDoneGoesBackAloneWhenNoOtherOneComes() {
    two();
    noSpares();
    idle.add(B);
    publish();
    until("installation", () -> rollout().stage() == Stage.INSTALLING && isDrained(B));
    pull(B);
    Instant since = world.now;
    seconds(590);
    assertThat(running).containsEntry(A, NEW);
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNED);
    assertThat(Duration.between(since, world.now))
        .isBetween(RolloutPeers.LIMIT, RolloutPeers.LIMIT.plusSeconds(30));
    assertThat(running).containsEntry(A, OLD);
  }

  @Test
  void aServiceThatIsDeletedInTheMidstLeavesNoCardEmptied() {
    for (Stage stage : List.of(Stage.DRAINING, Stage.INSTALLING, Stage.TRYING)) {
      RolloutPeersTest test = new RolloutPeersTest();
      test.served();
      test.visitorsOnDrained = 2;
      test.unreached.add(PROXY);
      test.publish();
      test.until(stage.name(), () -> test.rollout().stage() == stage);
      assertThat(test.isDrained(A)).isTrue();
      test.world.apply(
          new Change.CardDrained(at(B), test.world.now.plusSeconds(9_000), "ann"),
          new Change.ServicePhaseChanged("shop", ServicePhase.REMOVING, ""));
      test.until("removal", () -> !test.world.cabinet.services().containsKey("shop"));
      test.seconds(2);
      assertThat(test.world.card(A).drain()).as("%s", stage).isNull();
      assertThat(Objects.requireNonNull(test.world.card(B).drain()).by()).isEqualTo("ann");
    }
  }

  /** Both cards fail with the version that they have. */
  private void nothingServes() {
    two();
    for (String card : List.of(A, B)) {
      refuses.add(card + " " + OLD);
      insert(card);
    }
    seconds(130);
    assertThat(shop().running()).isZero();
  }

  @Test
  void aVersionThatMendsComesToAServiceOfWhichNoCardServes() {
    nothingServes();
    publish();
    untilEnded();
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Stage.DONE);
    assertThat(steps).containsSubsequence("INSTALLING 1.1", "TRYING 1.1", "PROVING 1.1", "DONE");
    seconds(5);
    assertThat(running).containsEntry(A, NEW).containsEntry(B, NEW);
    assertThat(shop().running()).isEqualTo(2);
  }

  @Test
  void aVersionThatMendsNothingEndsAtTheFirstCard() {
    nothingServes();
    refuses.add(A + " " + NEW);
    publish();
    untilEnded();
    assertThat(rollout().stage()).isEqualTo(Stage.RETURNED);
    assertThat(rollout().cause()).isEqualTo("card 1.1: the digest is another one");
    assertThat(steps).noneMatch(s -> s.contains(B));
    refuses.clear();
    seconds(70);
    assertThat(running).containsEntry(A, OLD).containsEntry(B, OLD);
  }

  @Test
  void aCardThatHasFailedForLongDoesNotKeepTheVersionAndGetsItAtTheEnd() {
    served();
    refuses.add(A + " " + OLD);
    insert(A);
    seconds(130);
    leastServing = CARDS.size();
    publish();
    untilEnded();
    assertThat(rollout().stage()).as(rollout().cause()).isEqualTo(Stage.DONE);
    assertThat(leastServing).isEqualTo(1);
    seconds(5);
    assertThat(running).containsOnlyKeys(CARDS).containsValue(NEW).doesNotContainValue(OLD);
  }
}
