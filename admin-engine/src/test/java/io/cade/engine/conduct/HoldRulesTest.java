package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cards on their way out of service and back. */
final class HoldRulesTest extends ChassisInHand {
  @Test
  void openHandleLeadsToABlueLedAndAPulledCardWithoutAlarm() {
    shopOnCardTwo();
    open.add(2);
    second();
    assertThat(world.card("1.2").hold()).isNotNull();
    assertThat(world.card("1.2").drain()).isNotNull();
    assertThat(outputs.poweredOff()).as("services first").isEmpty();
    seconds(8);
    assertThat(shopRuns).isFalse();
    assertThat(outputs.poweredOff()).containsExactly(2);
    assertThat(outputs.blue()).containsExactly(2);
    assertThat(world.state("1.2")).isEqualTo(CardState.OFF);
    present.remove(2);
    open.remove(2);
    seconds(20);
    assertThat(world.state("1.2")).isEqualTo(CardState.ABSENT);
    assertThat(world.alarms()).noneMatch(a -> a.contains("card 1.2"));
    assertThat(outputs.poweredOff()).as("the next card gets power").isEmpty();
    present.add(2);
    seconds(3);
    assertThat(world.card("1.2").hold()).isNull();
    assertThat(world.state("1.2")).as("it has power and is to boot").isEqualTo(CardState.BOOTING);
    assertThat(world.alarms()).as("put back, not lost").noneMatch(a -> a.contains("cardLost"));
    world.boot("1.2", 2, "b2");
    seconds(3);
    assertThat(world.card("1.2").hold()).isNull();
    assertThat(world.card("1.2").drain()).isNull();
    assertThat(world.cabinet.service("shop").orElseThrow().on(at("1.2")).orElseThrow().state())
        .isEqualTo(Placement.State.RUNNING);
  }

  @Test
  void aCardThatIsPutBackAndNeverBootsIsLostInTheEnd() {
    shopOnCardTwo();
    open.add(2);
    seconds(9);
    present.remove(2);
    open.remove(2);
    seconds(5);
    assertThat(world.state("1.2")).isEqualTo(CardState.ABSENT);
    present.add(2);
    seconds(100);
    assertThat(world.state("1.2")).isEqualTo(CardState.FAILED);
    assertThat(world.alarms()).anyMatch(a -> a.contains("cardLost"));
  }

  @Test
  void handleThatIsClosedAgainBringsTheServicesBack() {
    shopOnCardTwo();
    open.add(2);
    seconds(3);
    open.remove(2);
    second();
    assertThat(shopRuns).as("it was stopped already").isFalse();
    seconds(4);
    assertThat(world.card("1.2").hold()).isNull();
    assertThat(world.state("1.2")).isEqualTo(CardState.RUNNING);
    assertThat(shopRuns).isTrue();
    assertThat(outputs).isEqualTo(ChassisOutputs.NONE);
  }

  @Test
  void powerCycleComesBackOfItsOwnAccord() {
    shopOnCardTwo();
    world.apply(
        new Change.CardHeld(at("1.2"), PowerHold.Reason.CYCLE, world.now, world.now, "ann"));
    List<CardState> states = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      second();
      states.add(world.card("1.2").state());
    }
    assertThat(states).contains(CardState.OFF, CardState.BOOTING);
    assertThat(outputs.poweredOff()).isEmpty();
    assertThat(world.card("1.2").hold()).isNull();
  }

  @Test
  void operatorsOffStaysUntilHeSwitchesOn() {
    shopOnCardTwo();
    world.apply(
        new Change.CardHeld(
            at("1.3"), PowerHold.Reason.OPERATOR, world.now.plusSeconds(60), null, "ann"));
    seconds(60);
    assertThat(world.state("1.3")).isEqualTo(CardState.OFF);
    assertThat(world.alarms()).noneMatch(a -> a.contains("1.3"));
    present.remove(3);
    seconds(20);
    assertThat(world.state("1.3")).isEqualTo(CardState.ABSENT);
    assertThat(outputs.poweredOff()).as("the slot, not the card, is off").containsExactly(3);
    world.apply(new Change.CardReleased(at("1.3")));
    seconds(2);
    assertThat(outputs.poweredOff()).isEmpty();
  }

  @Test
  void hotCardIsDrainedThenSwitchedOffAndTriedAgain() {
    shopOnCardTwo();
    board = 66;
    seconds(3);
    assertThat(outputs.fanFloorPercent()).isEqualTo(100);
    board = 62;
    seconds(3);
    assertThat(outputs.fanFloorPercent()).as("hysteresis").isEqualTo(100);
    board = 76;
    seconds(2);
    assertThat(world.card("1.2").drain()).isNotNull();
    board = 72;
    seconds(2);
    assertThat(world.card("1.2").drain()).as("hysteresis").isNotNull();
    board = 69;
    seconds(2);
    assertThat(world.card("1.2").drain()).isNull();
    board = 86;
    seconds(15);
    assertThat(world.state("1.2")).isEqualTo(CardState.OFF);
    assertThat(world.alarms()).anyMatch(a -> a.contains("cardOverheated"));
    board = 30;
    for (int i = 0; i < 610; i++) {
      second();
    }
    assertThat(world.card("1.2").hold()).isNull();
    assertThat(outputs).isEqualTo(ChassisOutputs.NONE);
    assertThat(world.alarms()).noneMatch(a -> a.contains("cardOverheated"));
  }

  @Test
  void whatWasReadBeforeAHotCardWasSwitchedOffDoesNotSwitchItOffAgain() {
    shopOnCardTwo();
    board = 95;
    seconds(15);
    assertThat(world.state("1.2")).isEqualTo(CardState.OFF);
    twoIsSilent = true;
    world.apply(new Change.CardReleased(at("1.2")));
    seconds(10);
    assertThat(world.state("1.2")).as("it takes its time to boot").isEqualTo(CardState.BOOTING);
    assertThat(world.card("1.2").hold()).isNull();
  }

  @Test
  void aHotCardThatRestartsAndIsCoolByThenIsNotHeldForItsOldHeat() {
    shopOnCardTwo();
    board = 95;
    seconds(2);
    assertThat(world.card("1.2").hold()).isNotNull();
    twoIsSilent = true;
    second();
    world.apply(new Change.CardStateChanged(at("1.2"), CardState.BOOTING, "asked for its address"));
    world.settle();
    assertThat(world.card("1.2").hold()).isNull();
    world.boot("1.2", 1, "c2");
    assertThat(world.card("1.2").hold()).as("nothing was read since").isNull();
    world.reportSensor(
        "1.2",
        "c2",
        new SensorReading(
            "board.temperature",
            SensorReading.Kind.CELSIUS,
            40,
            SensorReading.Quality.OK,
            "",
            world.now));
    world.settle();
    assertThat(world.card("1.2").hold()).isNull();
    assertThat(world.alarms()).noneMatch(a -> a.contains("temperatureHigh"));
  }

  @Test
  void failedSupplyShedsTheSpareCardAndGivesItBack() {
    shopOnCardTwo();
    supplies = List.of(new SupplyStatus(1, true, "P1", 170), new SupplyStatus(2, true, "P2", 170));
    seconds(3);
    assertThat(world.card("1.3").hold()).isNull();
    supplies = List.of(new SupplyStatus(1, true, "P1", 170), new SupplyStatus(2, false, "P2", 170));
    seconds(12);
    assertThat(world.state("1.3")).as("spare").isEqualTo(CardState.OFF);
    assertThat(world.state("1.2")).isEqualTo(CardState.RUNNING);
    assertThat(world.alarms()).anyMatch(a -> a.contains("powerBudget"));
    supplies = List.of(new SupplyStatus(1, true, "P1", 170), new SupplyStatus(2, true, "P2", 170));
    seconds(40);
    assertThat(world.card("1.3").hold()).isNull();
    assertThat(outputs.poweredOff()).isEmpty();
    assertThat(world.alarms()).noneMatch(a -> a.contains("powerBudget"));
  }

  @Test
  void anotherReaderTakesOverWhatWasOrdered() {
    shopOnCardTwo();
    world.apply(new Change.CardLocated(at("1.3"), true));
    world.settle();
    assertThat(world.cabinet.queue(at("1.1")).waiting())
        .hasOnlyElementsOfType(Command.SetChassisOutputs.class);
    world.now = world.now.plus(SECOND);
    world.observations.heard(
        new Report(
            at("1.3"),
            "b3",
            List.of(),
            List.of(),
            new ChassisStatus(
                1, List.copyOf(present), List.of(), List.of(), outputs, List.of(), List.of(), "")),
        world.now);
    world.settle();
    assertThat(world.cabinet.queue(at("1.1")).waiting()).isEmpty();
    assertThat(world.cabinet.queue(at("1.3")).waiting())
        .hasOnlyElementsOfType(Command.SetChassisOutputs.class);
  }
}
