package io.cade.sim.pi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.pi4j.context.Context;
import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.Lm75;
import io.cade.agent.hw.Reading;
import io.cade.sim.chassis.ChassisPhysics;
import io.cade.sim.chassis.ChassisSettings;
import io.cade.sim.device.I2cWire;
import io.cade.sim.device.Lm75Model;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SimulatedBusesTest {

  private static final InstantSource CLOCK = InstantSource.fixed(DriverContract.NOW);

  @Test
  void busNumbersCanBeReadAndAreNeverShared() {
    assertThat(SimulatedBuses.chassisBus(1)).isEqualTo(100);
    assertThat(SimulatedBuses.cardBus(1, 3)).isEqualTo(103);
    assertThat(SimulatedBuses.cardBus(20, 14)).isEqualTo(2014);
    assertThatThrownBy(() -> SimulatedBuses.cardBus(1, 100))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SimulatedBuses.chassisBus(0))
        .isInstanceOf(IllegalArgumentException.class);
    try (SimulatedBuses buses = new SimulatedBuses()) {
      buses.attach(100, new I2cWire("one"));
      assertThatThrownBy(() -> buses.attach(100, new I2cWire("two")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("100");
    }
  }

  @Test
  void contextsStartNoThread() {
    int before = Thread.activeCount();
    try (SimulatedBuses buses = new SimulatedBuses()) {
      Context other = buses.newContext();
      assertThat(Thread.activeCount()).isLessThanOrEqualTo(before);
      other.shutdown();
    }
  }

  @Test
  void twoCardsReadTheBusOfTheirChassisEachThroughItsOwnContext() {
    try (SimulatedBuses buses = new SimulatedBuses()) {
      chassis(buses, 1);
      Context first = buses.newContext();
      Context second = buses.newContext();
      try (ChassisBus elected = ChassisBus.open(first, 100, CLOCK);
          ChassisBus successor = ChassisBus.open(second, 100, CLOCK)) {
        assertThat(elected.readings()).allMatch(Reading::isOk);
        assertThat(successor.readings()).allMatch(Reading::isOk);
        first.shutdown();
        assertThat(successor.readings()).as("the other card was pulled").allMatch(Reading::isOk);
        assertThat(elected.readings()).noneMatch(Reading::isOk);
      }
      second.shutdown();
    }
  }

  @Test
  void everyCardHasItsOwnNumberForTheBusOfItsChassis() {
    try (SimulatedBuses buses = new SimulatedBuses()) {
      chassis(buses, 1);
      chassis(buses, 2).remove(9);
      List<ChassisBus> seen = new ArrayList<>();
      for (int slot = 1; slot <= 14; slot++) {
        seen.add(ChassisBus.open(buses.context(), SimulatedBuses.chassisBus(2, slot), CLOCK));
      }
      assertThat(seen)
          .allSatisfy(
              bus -> assertThat(bus.presentSlots().orElseThrow()).hasSize(13).doesNotContain(9));
      seen.forEach(ChassisBus::close);
    }
  }

  @Test
  void threeHundredBusesAreReadFromManyThreadsWhileThePhysicsMoves() throws Exception {
    int chassisCount = 20;
    long begin = System.nanoTime();
    try (SimulatedBuses buses = new SimulatedBuses();
        ExecutorService readers = Executors.newFixedThreadPool(16)) {
      long contextReady = System.nanoTime();
      List<ChassisPhysics> physics = new ArrayList<>();
      for (int c = 1; c <= chassisCount; c++) {
        physics.add(chassis(buses, c));
      }
      long laid = System.nanoTime();
      List<Context> contexts = new ArrayList<>();
      for (int i = 0; i < 280; i++) {
        contexts.add(buses.newContext());
      }
      long contextsReady = System.nanoTime();
      System.out.printf(
          "first context %.1f ms, 300 buses %.3f ms each, 280 more contexts %.3f ms each%n",
          (contextReady - begin) / 1e6,
          (laid - contextReady) / 1e6 / 300,
          (contextsReady - laid) / 1e6 / 280);

      List<Callable<Boolean>> work = new ArrayList<>();
      for (int c = 1; c <= chassisCount; c++) {
        int chassis = c;
        work.add(() -> read(ChassisBus.open(buses.context(), chassis * 100, CLOCK)));
        for (int s = 1; s <= 14; s++) {
          int slot = s;
          Context own = contexts.get((chassis - 1) * 14 + slot - 1);
          work.add(() -> read(CardBus.open(own, SimulatedBuses.cardBus(chassis, slot), CLOCK)));
        }
        // One owner per chassis: this task is the only one that touches its physics.
        work.add(() -> {
          physics.get(chassis - 1).advance(Duration.ofSeconds(50));
          return true;
        });
      }
      for (Future<Boolean> done : readers.invokeAll(work, 50, TimeUnit.SECONDS)) {
        assertThat(done.get()).isTrue();
      }
      contexts.forEach(Context::shutdown);
    }
  }

  @Test
  void transfersOfManyMastersOnOneWireNeverMix() throws Exception {
    try (SimulatedBuses buses = new SimulatedBuses();
        ExecutorService masters = Executors.newFixedThreadPool(4)) {
      buses.attach(
          100, new I2cWire("shared").attach(0x48, new Lm75Model()).attach(0x49, new Lm75Model()));
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int m = 0; m < 4; m++) {
        double limit = 40 + m * 10;
        boolean writer = m < 2;
        work.add(() -> {
          Context own = buses.newContext();
          try (Lm75 sensor = new Lm75(own, 100, writer ? 0x48 : 0x49, Lm75.Variant.LM75B)) {
            for (int i = 0; i < 2_000; i++) {
              if (writer) {
                sensor.setLimits(limit, 10);
                double seen = sensor.overTemperatureCelsius();
                if (seen != 40 && seen != 50) {
                  return false;
                }
              } else if (sensor.overTemperatureCelsius() != 80) {
                return false;
              }
            }
            return true;
          } finally {
            own.shutdown();
          }
        });
      }
      for (Future<Boolean> done : masters.invokeAll(work, 50, TimeUnit.SECONDS)) {
        assertThat(done.get()).isTrue();
      }
    }
  }

  private static boolean read(ChassisBus bus) {
    try (bus) {
      for (int i = 0; i < 20; i++) {
        if (!bus.readings().stream().allMatch(Reading::isOk)
            || bus.presentSlots().orElseThrow().size() != 14) {
          return false;
        }
      }
      return bus.inventory().isPresent();
    }
  }

  private static boolean read(CardBus bus) {
    try (bus) {
      for (int i = 0; i < 20; i++) {
        if (!bus.readings().stream().allMatch(Reading::isOk)) {
          return false;
        }
      }
      return bus.inventory().isPresent();
    }
  }

  private static ChassisPhysics chassis(SimulatedBuses buses, int number) {
    ChassisPhysics physics =
        ChassisPhysics.attach(
            buses, number, ChassisSettings.defaults(), DriverContract.BOARD, new Random(number));
    for (int slot = 1; slot <= 14; slot++) {
      physics.insert(slot, DriverContract.BOARD);
    }
    // The monitors of all rails have measured.
    physics.advance(Duration.ofSeconds(1));
    return physics;
  }
}
