package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.Change;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.ServiceVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What services wait for, in words, and the alarm about what waits for too long. */
final class ServiceWaitsTest {
  private static final String STUCK = "serviceStuck service shop";

  private final World world = new World();

  private List<ServiceWaits.Wait> waits() {
    return ServiceWaits.of(world.cabinet, world.cabinet.service("shop").orElseThrow(), world.now);
  }

  private String first() {
    return waits().getFirst().what();
  }

  private void served() {
    world.boot("1.1", 1, "b1");
    world.boot("2.1", 1, "b2");
    world.create("shop", 2);
    world.generate("shop");
    world.obey("1.1");
    world.obey("2.1");
    assertThat(waits()).isEmpty();
  }

  private void minutes(int minutes) {
    for (int i = 0; i < minutes * 60; i++) {
      world.now = world.now.plusSeconds(1);
      for (String card : List.of("1.1", "2.1")) {
        if (world.cabinet.card(at(card)).filter(c -> c.state().isAlive()).isPresent()) {
          world.report(card, world.card(card).bootId());
        }
      }
      world.settle();
    }
  }

  @Test
  void whoWaitsForCardsSaysWhichAndAnAlarmTellsAfterFiveMinutesUntilThereAreSome() {
    world.boot("1.1", 1, "b1");
    Instant ordered = world.now;
    world.create("shop", 2);
    assertThat(first()).isEqualTo("cards: it needs 2 Available cards, 1 free (1.1)");
    assertThat(waits().getFirst().since()).isEqualTo(ordered);
    minutes(4);
    assertThat(world.alarms()).isEmpty();
    minutes(1);
    assertThat(world.alarms()).containsExactly(STUCK);
    assertThat(world.cabinet.alarms().values().iterator().next().text())
        .isEqualTo("BINDING waits for cards: it needs 2 Available cards, 1 free (1.1)");
    world.boot("2.1", 1, "b2");
    world.generate("shop");
    world.obey("1.1");
    world.obey("2.1");
    assertThat(world.alarms()).isEmpty();
    assertThat(waits()).isEmpty();
  }

  @Test
  void aCardThatDoesNotFetchItsCommandsIsNamed() {
    world.boot("1.1", 1, "b1");
    world.boot("2.1", 1, "b2");
    world.create("shop", 2);
    world.generate("shop");
    assertThat(waits())
        .extracting(ServiceWaits.Wait::what)
        .contains("card 1.1 to carry out 2 commands", "card 2.1 to carry out 2 commands");
    world.obey("1.1");
    assertThat(first()).isEqualTo("its cards to serve: card 2.1 ORDERED");
    minutes(5);
    // By then its commands were given up, with the cause, and are given anew each minute.
    assertThat(world.alarms()).containsExactly("serviceDegraded service shop");
    assertThat(world.cabinet.queue(at("2.1")).past())
        .anySatisfy(past -> assertThat(past.detail()).contains("never fetched install-service"));
    for (int i = 0; i < 3; i++) {
      world.obey("2.1");
      minutes(1);
    }
    assertThat(world.alarms()).isEmpty();
    assertThat(waits()).isEmpty();
  }

  @Test
  void ofACardThatIsAwayItIsSaidWhatWillBecomeOfItsPlace() {
    served();
    for (int i = 0; i < 8; i++) {
      world.now = world.now.plusSeconds(1);
      world.report("1.1", "b1");
      world.settle();
    }
    ServiceWaits.Wait wait = waits().getFirst();
    assertThat(wait.what())
        .startsWith("card 2.1, which is FAILED: no report for")
        .endsWith("(its place is kept for now)");
    assertThat(wait.until()).isEqualTo(wait.since().plus(Duration.ofMinutes(5)));
    minutes(6);
    assertThat(first()).endsWith("(needs 1 Available cards, 0 free)");
    assertThat(world.alarms())
        .as("another alarm says it")
        .containsExactlyInAnyOrder("cardLost card 2.1", "serviceDegraded service shop");
  }

  @Test
  void aCardThatFailedAndOneThatIsHeldAreNamedWithTheirCause() {
    world.boot("1.1", 1, "b1");
    world.boot("2.1", 1, "b2");
    world.create("shop", 2);
    world.generate("shop");
    world.obey("1.1");
    world.fail("2.1", "the disk is full");
    assertThat(waits())
        .extracting(ServiceWaits.Wait::what)
        .contains("another try on card 2.1, where it failed: the disk is full");
    world.apply(new Change.CardHeld(at("2.1"), PowerHold.Reason.OPERATOR, world.now, null, "ann"));
    assertThat(waits())
        .extracting(ServiceWaits.Wait::what)
        .contains("card 2.1, switched off by ann (its place is kept for now)");
  }

  @Test
  void aVersionThatWaitsSaysForWhatAndIsToldAfterFiveMinutes() {
    served();
    world.apply(
        new Change.VersionAdded(
            "shop", new ServiceVersion(2, "sha256:c2", "", 0, world.now, "me", "")),
        new Change.RolloutChanged(
            "shop",
            Rollout.begin(1, 2, Duration.ofSeconds(9), Duration.ofSeconds(9), "me", world.now)));
    world.settle();
    assertThat(first()).isEqualTo("its package is made, for version 2");
    minutes(5);
    assertThat(world.alarms()).contains(STUCK);
    CardPosition first = at("1.1");
    Rollout rollout = world.cabinet.service("shop").orElseThrow().rollout().orElseThrow();
    world.apply(
        new Change.RolloutChanged(
            "shop", rollout.into(Rollout.Stage.PROVING, first, world.now, "")));
    assertThat(first()).isEqualTo("card 1.1 to prove version 2");
    assertThat(waits().getFirst().until()).isEqualTo(world.now.plusSeconds(69));
  }
}
