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
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A chassis of three cards in a test's hands, in virtual time; 1.1 reads it. */
abstract class ChassisInHand {
  static final Duration SECOND = Duration.ofSeconds(1);

  final World world = new World();
  final Set<Integer> open = new TreeSet<>();
  final Set<Integer> present = new TreeSet<>(List.of(1, 2, 3));
  ChassisOutputs outputs = ChassisOutputs.NONE;
  List<SupplyStatus> supplies = List.of();
  double board = 40;
  boolean shopRuns;
  boolean twoIsSilent;

  /** The chassis bus is not read: its reader goes on reporting of itself only. */
  boolean busIsMute;

  /** How long before each report the bus was read. */
  Duration readBefore = Duration.ZERO;

  static ServiceStatus shop(ServiceStatus.State state) {
    return new ServiceStatus("shop", state, "sha256:shop", "");
  }

  /** A second of a chassis in which everybody does what he is told. */
  final void second() {
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
          slot == 1 && !busIsMute
              ? new ChassisStatus(
                      1,
                      List.copyOf(present),
                      List.of(),
                      List.copyOf(open),
                      outputs,
                      List.of(),
                      supplies,
                      "")
                  .readAgo(readBefore)
              : null;
      world.observations.heard(
          new Report(at(position), "b" + slot, services, readings, chassis), world.now);
    }
    world.settle();
  }

  final void obey(String position) {
    for (Command c : List.copyOf(world.cabinet.queue(at(position)).waiting())) {
      if (world.cabinet.queue(at(position)).command(c.id()).isEmpty()) {
        continue;
      }
      switch (c) {
        case Command.SetChassisOutputs set -> outputs = set.outputs();
        case Command.StartService _ -> shopRuns = true;
        case Command.StopService _, Command.RemoveService _ -> shopRuns = false;
        case Command.InstallService _,
            Command.Ping _,
            Command.Reboot _,
            Command.OfDevice _,
            Command.Collect _,
            Command.OfImage _ -> {
          // Nothing to see.
        }
      }
      world.apply(new Change.CommandFinished(at(position), c.id(), true, ""));
    }
  }

  final void seconds(int count) {
    for (int i = 0; i < count; i++) {
      second();
    }
  }

  final void shopOnCardTwo() {
    world.boot("1.1", 1, "b1");
    world.boot("1.2", 1, "b2");
    world.create("shop", 2);
    world.generate("shop");
    seconds(3);
    world.boot("1.3", 1, "b3");
    seconds(3);
    assertThat(world.state("1.2")).isEqualTo(CardState.RUNNING);
  }
}
