package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate.Stage;
import io.cade.engine.model.ImageUpdate.State;
import io.cade.engine.observe.Observations;
import io.cade.image.slot.SlotContent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Updates of boot images from their start to their end, whatever fails on the way. */
final class ImageUpdateRulesTest extends ImageUpdateFixture {
  @ParameterizedTest
  @EnumSource
  void anImageUnderWhichAPageIsWrongIsSeenByTheEngineAloneAndGoesBack(Kind kind) {
    begin(kind);
    badPages.addAll(shop().placements().stream().map(p -> p.position() + " 2").toList());
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).matches("card \\S+ answered 503");
    assertThat(visited).noneMatch(v -> v.endsWith(" 2"));
    assertThat(versions()).containsExactly("1");
  }

  @ParameterizedTest
  @EnumSource
  void aCardOfAStoppedServiceIsNotAsked(Kind kind) {
    begin(kind);
    world.apply(
        new Change.ServiceSettingsChanged(
            "shop", shop().settings().with(Map.of("serving", "off"))));
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.DONE);
    assertThat(asked).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void cardsGetTheImageInWavesAndNeverTwoOfOneService(Kind kind) {
    begin(kind);
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.DONE);
    assertThat(update().done()).isEqualTo(5);
    assertThat(versions()).containsExactly("2");
    assertThat(leastServing).isEqualTo(2);
    assertThat(mostOfTheService).isEqualTo(1);
    assertThat(mostAtOnce).as("a card of the service and the free ones").isBetween(2, 3);
    assertThat(blades.keySet().stream().filter(card -> !kind.network().contains(card)))
        .map(this::blade)
        .allSatisfy(blade ->
            assertThat(blade.slots.content(Objects.requireNonNull(blade.slots.booted())))
                .hasValueSatisfying(
                    c -> assertThat(c.standing()).isEqualTo(SlotContent.Standing.GOOD)));
    assertThat(world.alarms()).isEmpty();
    assertThat(world.history).noneMatch(c -> c instanceof Change.AlarmRaised);
    CARDS.forEach(card -> assertThat(world.card(card).drain()).isNull());
  }

  @ParameterizedTest
  @EnumSource
  void theCanaryIsAloneUntilItHasProvedItself(Kind kind) {
    // All cards serve: there is no free one.
    served = 5;
    begin(kind);
    start(1, 4, "");
    until("canary", () -> reached("PROVING 1.1"));
    seconds(9);
    assertThat(mostAtOnce).isEqualTo(1);
    assertThat(reached("DONE 1.1")).isFalse();
    until("the others", () -> steps.stream().anyMatch(s -> s.startsWith("DRAINING 1.2")));
    assertThat(reached("DONE 1.1")).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aCanaryThatNobodyVisitsComesBeforeOneThatServes(Kind kind) {
    begin(kind);
    assertThat(shop().on(at("1.1"))).as("the first of all serves").isPresent();
    start(1, 4, "");
    String canary = free().getFirst();
    until("canary", () -> reached("PROVING " + canary));
    seconds(9);
    assertThat(steps).allMatch(step -> step.endsWith(" " + canary));
    until("the others", () -> mostAtOnce > 1);
    assertThat(reached("DONE " + canary)).isTrue();
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.DONE);
    assertThat(leastServing).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void cardsAreBegunOnlyWithinTheirWindow(Kind kind) {
    begin(kind);
    start(1, 1, "10:20-10:21");
    seconds(30);
    assertThat(update().cause()).contains("until it is 10:20-10:21");
    assertThat(update().cards()).isEmpty();
    until("window", () -> !update().cards().isEmpty());
    assertThat(world.now).isAfterOrEqualTo("2026-11-21T10:20:00Z");
    assertThat(ImageUpdateOrders.isWithin("22:00-04:00", world.now)).isFalse();
    assertThat(ImageUpdateOrders.isWithin("22:00-12:00", world.now)).isTrue();
  }

  @Test
  void anImageThatACardRefusesComesToNobodyElse() {
    begin(Kind.OWN);
    refuses.add(free().getFirst());
    start(1, 1, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).isEqualTo("card 1.3: the disk is full");
    assertThat(world.alarms()).anyMatch(a -> a.contains("updateFailed"));
    everythingIsAsBefore();
  }

  @ParameterizedTest
  @EnumSource
  void anImageThatHangsIsLeftByAPowerCycle(Kind kind) {
    begin(kind);
    imageHangs = true;
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).contains("card 1.3 did not come back from its restart");
    assertThat(steps).contains("BACK_CYCLED 1.3").noneMatch(s -> s.contains("2.1"));
    everythingIsAsBefore();
  }

  @ParameterizedTest
  @EnumSource
  void aCardThatProxiesFindUnusableSendsThoseThatAreDoneBackToo(Kind kind) {
    begin(kind);
    unusable.add("2.1 2");
    start(1, 1, "");
    untilEnded();
    assertThat(update().cause()).contains("proxy 0.4 finds service shop on card 2.1 unusable");
    assertThat(reached("DONE 1.1")).isTrue();
    assertThat(leastServing).isGreaterThanOrEqualTo(2);
    everythingIsAsBefore();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledUpdateGoesBackWithoutAnAlarm(Kind kind) {
    begin(kind);
    start(1, 1, "");
    until("second", () -> update().done() == 2);
    world.apply(
        new Change.ImageUpdateChanged(ImageUpdateOrders.cancelled(update(), "ann", world.now)));
    untilEnded();
    assertThat(update().cause()).isEqualTo("cancelled by ann");
    assertThat(world.alarms()).isEmpty();
    everythingIsAsBefore();
  }

  @ParameterizedTest
  @EnumSource
  void aCardThatTheImageDestroysKeepsNobodyFromGoingBack(Kind kind) {
    begin(kind);
    destroyed.add("2.1");
    start(1, 1, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause())
        .contains("card 2.1 did not come back from its restart")
        .contains("card 2.1 could not be brought back: it does not answer");
    assertThat(world.alarms()).anyMatch(a -> a.contains("updateFailed image blade"));
    assertThat(steps).contains("DONE 1.1", "DONE 1.2", "BACK_CYCLED 2.1", "RETURNED 1.1");
    assertThat(world.state("2.1")).isNotEqualTo(CardState.RUNNING);
    world.imageVersions.remove("2.1");
    assertThat(versions()).as("all that live").containsExactly("1");
    assertThat(shop().on(at("2.1"))).as("its place was taken over meanwhile").isEmpty();
    assertThat(shop().running()).isEqualTo(served);
    assertThat(leastServing).isGreaterThanOrEqualTo(served - 1);
    assertThat(mostOfTheService).isEqualTo(1);
    CARDS.forEach(card -> assertThat(world.card(card).drain()).as(card).isNull());
    assertThat(world.cabinet.slotImages()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aPlaceThatNobodyCanTakeKeepsTheOthersForALimitedTimeOnly(Kind kind) {
    served = 5;
    begin(kind);
    destroyed.add("2.1");
    start(1, 1, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    world.imageVersions.remove("2.1");
    assertThat(versions()).as("all that live").containsExactly("1");
    assertThat(shop().running()).isEqualTo(served - 1);
    assertThat(leastServing).as("the dead one, and one on its way back").isEqualTo(served - 2);
    assertThat(mostOfTheService).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aCardOfTheServiceThatTheImageDestroysLeavesTheOthersServing(Kind kind) {
    begin(kind);
    destroyed.add("1.1");
    start(1, 4, "");
    untilEnded();
    assertThat(update().stage()).isEqualTo(Stage.RETURNED);
    assertThat(update().cause()).contains("could not be brought back: it does not answer");
    assertThat(steps).noneMatch(s -> s.endsWith(" 1.2") || s.endsWith(" 2.1"));
    assertThat(leastServing).isEqualTo(served - 1);
    assertThat(mostOfTheService).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void powerCutsAtAnyStepLeaveEachCardWithOneImageOrTheOther(Kind kind) {
    for (State cut :
        List.of(
            State.DRAINING,
            State.STAGING,
            State.RESTARTING,
            State.BOOTING,
            State.STARTING,
            State.PROVING,
            State.MARKING,
            State.DONE)) {
      // The canary, which is free, and one that serves.
      for (String card : List.of("1.3", "1.1")) {
        ImageUpdateRulesTest test = new ImageUpdateRulesTest();
        test.begin(kind);
        test.start(1, 2, "");
        test.until(cut + " " + card, () -> test.reached(cut + " " + card));
        test.cut = card;
        test.bootsBeforeCut = test.blade(card).boots;
        test.power(card);
        test.untilEnded();
        test.consistent("power cut of " + card + " at " + cut + ", " + kind);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEngineThatDiesBetweenAnyTwoTransactionsComesToAnEnd(Kind kind) {
    begin(kind);
    long before = world.cabinet.position();
    start(1, 3, "");
    untilEnded();
    int all = (int) (world.cabinet.position() - before);
    assertThat(all).isGreaterThan(40);
    for (int dies = 1; dies <= all; dies++) {
      dieAfter(kind, dies, false);
      dieAfter(kind, dies, true);
    }
  }

  private static void dieAfter(Kind kind, int transactions, boolean fails) {
    ImageUpdateRulesTest test = new ImageUpdateRulesTest();
    test.begin(kind);
    if (fails) {
      test.unusable.add("2.1 2");
    }
    test.world.dieAfter(transactions);
    try {
      test.start(1, 3, "");
      test.untilEnded();
    } catch (World.Death e) {
      test.world.dieAfter(0);
      test.world.orders.clear();
      test.world.observations = new Observations();
      test.world.listeningSince = test.world.now;
      test.world.conductor = World.newConductor();
      if (test.world.cabinet.updates().isEmpty()) {
        return; // died before it was on record
      }
      test.untilEnded();
    }
    String when = "after " + transactions + " transactions, " + kind + (fails ? ", bad image" : "");
    if (fails) {
      assertThat(test.update().stage()).as(when).isEqualTo(Stage.RETURNED);
    }
    test.consistent(when);
  }
}
