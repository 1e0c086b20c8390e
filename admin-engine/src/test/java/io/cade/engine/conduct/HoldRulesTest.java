package io.cade.engine.conduct;

import static io.cade.engine.conduct.World.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.ServiceStatus;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Placement;
import io.cade.engine.model.PowerHold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Cards on their way out of service and back, in virtual time; 1.1 reads the chassis. */
final class HoldRulesTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final World world = new World();
  private final Set<Integer> open = new TreeSet<>();
  private final Set<Integer> present = new TreeSet<>(List.of(1, 2, 3));
  private ChassisOutputs outputs = ChassisOutputs.NONE;
  private List<SupplyStatus> supplies = List.of();
  private double board = 40;
  private boolean shopRuns;
  private boolean twoIsSilent;

  private static ServiceStatus shop(ServiceStatus.State state) {
    return new ServiceStatus("shop", state, "sha256:shop", "");
  }

  /** A second of a chassis in which everybody does what he is told. */
  private void second() {
    world.now = world.now.plus(SECOND);
    for (int slot : List.of(1, 2, 3)) {
      String position = "1." + slot;
      CardState state = world.state(position);
      if (state == null
          || !state.isAlive()
          || outputs.poweredOff().contains(slot)
          || (slot == 2 && twoIsSilent)) {
        continue;
      }
      obey(position);
      List<ServiceStatus> services =
          slot == 2
              ? List.of(shop(shopRuns ? ServiceStatus.State.RUNNING : ServiceStatus.State.STOPPED))
              : List.of();
      if (world.cabinet.service("shop").isEmpty()) {
        services = List.of();
      }
      List<SensorReading> readings =
          slot == 2
              ? List.of(
                  new SensorReading(
                      "board.temperature",
                      SensorReading.Kind.CELSIUS,
                      board,
                      SensorReading.Quality.OK,
                      "",
                      world.now))
              : List.of();
      ChassisStatus chassis =
          slot == 1
              ? new ChassisStatus(
                  1,
                  List.copyOf(present),
                  List.of(),
                  List.copyOf(open),
                  outputs,
                  List.of(),
                  supplies,
                  "")
              : null;
      world.observations.heard(
          new Report(at(position), "b" + slot, services, readings, chassis), world.now);
    }
    world.settle();
  }

  private void obey(String position) {
    for (Command c : List.copyOf(world.cabinet.queue(at(position)).waiting())) {
      if (world.cabinet.queue(at(position)).command(c.id()).isEmpty()) {
        continue;
      }
      switch (c) {
        case Command.SetChassisOutputs set -> outputs = set.outputs();
        case Command.StartService _ -> shopRuns = true;
        case Command.StopService _, Command.RemoveService _ -> shopRuns = false;
        case Command.InstallService _ -> {
          // Nothing to see.
        }
      }
      world.apply(new Change.CommandFinished(at(position), c.id(), true, ""));
    }
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      second();
    }
  }

  private void shopOnCardTwo() {
    world.boot("1.1", 1, "b1");
    world.boot("1.2", 1, "b2");
    world.create("shop", 2);
    world.generate("shop");
    seconds(3);
    world.boot("1.3", 1, "b3");
    seconds(3);
    assertThat(world.state("1.2")).isEqualTo(CardState.RUNNING);
  }

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
    seconds(4);
    open.remove(2);
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
