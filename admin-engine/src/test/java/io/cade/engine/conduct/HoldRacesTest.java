package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.PowerHold;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What reaches the engine late, or in another order than it happened, is no alarm. */
final class HoldRacesTest extends ChassisInHand {
  private static final CardPosition TWO = at("1.2");
  private static final CardPosition THREE = at("1.3");

  private void pullTwoWhenBlue() {
    shopOnCardTwo();
    open.add(2);
    seconds(9);
    assertThat(world.state("1.2")).isEqualTo(CardState.OFF);
    present.remove(2);
    open.remove(2);
    seconds(5);
    assertThat(world.state("1.2")).isEqualTo(CardState.ABSENT);
  }

  private void nothingIsSaidOfALostCard() {
    assertThat(world.history)
        .noneMatch(c ->
            c instanceof Change.AlarmRaised raised && raised.key().toString().contains("cardLost"));
  }

  @Test
  void aCardThatBootsBeforeItsSlotWasLookedAtAgainIsNotTakenForPulled() {
    pullTwoWhenBlue();
    world.apply(
        new Change.CardSeated(TWO, CardRole.SERVER, World.mac(TWO, 1)),
        new Change.CardStateChanged(TWO, CardState.BOOTING, "asked for its address"));
    // It was put in just after the bus was read; the reader tells a second and a half later.
    readBefore = Duration.ofMillis(1500);
    second();
    assertThat(world.card("1.2").hold()).as("what was asked for is done").isNull();
    assertThat(world.state("1.2")).isEqualTo(CardState.BOOTING);
    world.boot("1.2", 1, "b2");
    twoIsSilent = true;
    second();
    assertThat(world.state("1.2")).isEqualTo(CardState.ASSIGNED);
    twoIsSilent = false;
    present.add(2);
    seconds(3);
    assertThat(world.state("1.2")).isEqualTo(CardState.RUNNING);
    nothingIsSaidOfALostCard();
  }

  @Test
  void anAgentThatDoesNotSayWhenItReadIsGivenASecond() {
    pullTwoWhenBlue();
    world.apply(
        new Change.CardSeated(TWO, CardRole.SERVER, World.mac(TWO, 1)),
        new Change.CardStateChanged(TWO, CardState.BOOTING, "asked for its address"));
    second();
    assertThat(world.state("1.2")).isEqualTo(CardState.BOOTING);
    nothingIsSaidOfALostCard();
  }

  @Test
  void aCardThatIsPulledWhileItBootsIsStillNoticed() {
    shopOnCardTwo();
    world.apply(new Change.CardStateChanged(THREE, CardState.BOOTING, "asked for its address"));
    present.remove(3);
    readBefore = Duration.ofSeconds(1);
    seconds(4);
    assertThat(world.state("1.3")).isEqualTo(CardState.ABSENT);
    assertThat(world.alarms()).anyMatch(a -> a.contains("cardLost"));
  }

  @Test
  void aCardThatIsPutIntoASlotWithoutPowerIsOffAndNotLostWhenThereIsPowerAgain() {
    shopOnCardTwo();
    supplies = List.of(new SupplyStatus(1, true, "P1", 170), new SupplyStatus(2, false, "P2", 170));
    seconds(12);
    assertThat(world.state("1.3")).isEqualTo(CardState.OFF);
    present.remove(3);
    seconds(3);
    assertThat(world.state("1.3")).isEqualTo(CardState.ABSENT);
    present.add(3);
    seconds(3);
    assertThat(world.state("1.3")).isEqualTo(CardState.OFF);
    supplies = List.of(new SupplyStatus(1, true, "P1", 170), new SupplyStatus(2, true, "P2", 170));
    seconds(60);
    assertThat(world.state("1.3")).as("takes its time").isEqualTo(CardState.BOOTING);
    world.boot("1.3", 1, "b3");
    assertThat(world.state("1.3")).isEqualTo(CardState.AVAILABLE);
    nothingIsSaidOfALostCard();
  }

  @Test
  void whatOneReleasedCardWillDrawIsNotPromisedToAnother() {
    shopOnCardTwo();
    supplies = List.of(new SupplyStatus(1, true, "P1", 110));
    seconds(12);
    assertThat(world.state("1.2")).isEqualTo(CardState.OFF);
    assertThat(world.state("1.3")).isEqualTo(CardState.OFF);
    supplies = List.of(new SupplyStatus(1, true, "P1", 170));
    seconds(40);
    assertThat(world.card("1.2").hold()).as("it serves: it comes back").isNull();
    assertThat(world.card("1.3").hold()).as("there is power for one").isNotNull();
  }

  @Test
  void theLastWordOfACardThatWasPulledDoesNotBringItBack() {
    shopOnCardTwo();
    present.remove(3);
    world.reportChassis("1.1", "b1", List.copyOf(present), List.of());
    world.pass(Duration.ofMillis(10));
    world.now = world.now.plusMillis(100);
    world.reportChassis("1.1", "b1", List.copyOf(present), List.of());
    world.settle();
    assertThat(world.state("1.3")).isEqualTo(CardState.ABSENT);
    world.now = world.now.plusMillis(300);
    world.report("1.3", "b3");
    world.settle();
    assertThat(world.state("1.3")).isEqualTo(CardState.ABSENT);
    seconds(3);
    assertThat(world.alarms()).anyMatch(a -> a.contains("cardLost"));
  }

  private void switchOffAtOnce(CardPosition position) {
    world.apply(new Change.CardHeld(position, PowerHold.Reason.OPERATOR, world.now, null, "ann"));
    world.settle();
  }

  @Test
  void aCardThatIsReleasedJustWhenItsPowerWentIsOffThenBootsAndIsNotLost() {
    shopOnCardTwo();
    switchOffAtOnce(THREE);
    Command.SetChassisOutputs cut =
        (Command.SetChassisOutputs) world.cabinet.queue(at("1.1")).waiting().getFirst();
    outputs = cut.outputs();
    assertThat(outputs.poweredOff()).containsExactly(3);
    world.apply(
        new Change.CommandFinished(at("1.1"), cut.id(), true, ""), new Change.CardReleased(THREE));
    world.settle();
    assertThat(world.state("1.3")).isEqualTo(CardState.AVAILABLE);
    seconds(3);
    assertThat(outputs).isEqualTo(ChassisOutputs.NONE);
    seconds(60);
    assertThat(world.state("1.3")).as("takes its time").isEqualTo(CardState.BOOTING);
    nothingIsSaidOfALostCard();
  }

  @Test
  void aCardThatIsReleasedBeforeItsPowerWentKeepsIt() {
    shopOnCardTwo();
    switchOffAtOnce(THREE);
    assertThat(world.cabinet.queue(at("1.1")).waiting()).isNotEmpty();
    world.apply(new Change.CardReleased(THREE));
    world.settle();
    assertThat(world.cabinet.queue(at("1.1")).waiting()).isEmpty();
    seconds(5);
    assertThat(outputs).isEqualTo(ChassisOutputs.NONE);
    assertThat(world.state("1.3")).isEqualTo(CardState.AVAILABLE);
  }

  @Test
  void whatWasStoppedRunsAgainOnACardThatIsReleasedBeforeItsPowerWent() {
    shopOnCardTwo();
    world.apply(
        new Change.CardHeld(
            TWO, PowerHold.Reason.OPERATOR, world.now.plusSeconds(60), null, "ann"));
    for (int i = 0; i < 10 && shopRuns; i++) {
      second();
    }
    assertThat(shopRuns).isFalse();
    assertThat(world.card("1.2").drain()).isNotNull();
    assertThat(outputs.poweredOff()).isEmpty();
    world.apply(Holds.released(world.cabinet, world.card("1.2")).toArray(Change[]::new));
    world.settle();
    seconds(5);
    assertThat(outputs.poweredOff()).isEmpty();
    assertThat(shopRuns).isTrue();
    assertThat(world.state("1.2")).isEqualTo(CardState.RUNNING);
    assertThat(world.card("1.2").drain()).isNull();
  }

  @Test
  void aPowerCycleIsNoLossAlsoWhenItsReaderIsLate() {
    shopOnCardTwo();
    world.apply(new Change.CardHeld(THREE, PowerHold.Reason.CYCLE, world.now, world.now, "ann"));
    world.settle();
    busIsMute = true;
    seconds(10);
    assertThat(outputs.poweredOff()).containsExactly(3);
    assertThat(world.state("1.3")).isEqualTo(CardState.FAILED);
    busIsMute = false;
    seconds(10);
    assertThat(outputs.poweredOff()).isEmpty();
    assertThat(world.state("1.3")).isEqualTo(CardState.BOOTING);
    nothingIsSaidOfALostCard();
  }

  @Test
  void aPowerCycleThatNeverEndsIsALossInTheEnd() {
    shopOnCardTwo();
    world.apply(new Change.CardHeld(THREE, PowerHold.Reason.CYCLE, world.now, world.now, "ann"));
    world.settle();
    busIsMute = true;
    seconds(80);
    assertThat(world.alarms()).noneMatch(a -> a.contains("cardLost"));
    seconds(20);
    assertThat(world.alarms()).anyMatch(a -> a.contains("cardLost"));
  }
}
