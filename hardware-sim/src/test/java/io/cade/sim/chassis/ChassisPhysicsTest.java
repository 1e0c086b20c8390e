package io.cade.sim.chassis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cade.agent.hw.BusException;
import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.FruBoardInfo;
import io.cade.agent.hw.Reading;
import io.cade.agent.hw.SlotOutputs;
import io.cade.sim.pi4j.SimulatedBuses;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The physics, seen only through the drivers. */
class ChassisPhysicsTest {

  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
  private static final long SEED = Long.getLong("cade.seed", 42);

  private final SimulatedBuses buses = new SimulatedBuses();
  private final ChassisBus chassis = ChassisBus.open(buses.context(), 100, CLOCK);

  @AfterEach
  void shutDown() {
    buses.close();
  }

  private static FruBoardInfo board(String serial) {
    return new FruBoardInfo(null, "Cade", "Server card", serial, "700-0001", "", List.of());
  }

  private ChassisPhysics full(ChassisSettings settings) {
    ChassisPhysics physics =
        ChassisPhysics.attach(buses, 1, settings, board("CH-1"), new Random(SEED));
    for (int slot = 1; slot <= settings.slots(); slot++) {
      physics.insert(slot, board("SC-" + slot));
      physics.setLoad(slot, 0.5);
    }
    drive(0.5);
    return physics;
  }

  /** Somebody drives the fans: else the controller's watchdog does, at full speed. */
  private void drive(double fraction) {
    for (int fan = 1; fan <= ChassisBus.FANS; fan++) {
      try {
        chassis.setFanDrive(fan, fraction);
      } catch (BusException e) {
        throw new AssertionError(e);
      }
    }
  }

  private double chassisValue(String name) {
    return chassis.readings().stream()
        .filter(r -> r.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  private Reading cardReading(int slot) {
    return cardReading(slot, "board.temperature");
  }

  private Reading cardReading(int slot, String name) {
    try (CardBus card = CardBus.open(buses.context(), SimulatedBuses.cardBus(1, slot), CLOCK)) {
      return card.readings().stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
    }
  }

  @Test
  void railsAreUpBeforeACardRunsAndFallOnlyWhenItRunsNoMore() throws Exception {
    Duration step = Duration.ofMillis(500);
    String rail = "rail.12v.volts";
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    physics.advance(step);
    physics.remove(5);
    physics.insert(5, board("SC-5b"));
    assertThat(cardReading(5, rail).isOk()).as("just put in: nothing is measured").isFalse();
    physics.advance(step);
    assertThat(cardReading(5, rail).value()).isCloseTo(12, within(0.2));

    chassis.setOutputs(new SlotOutputs(0b10000, 0, 0));
    physics.advance(step);
    assertThat(physics.slotPowered(5)).as("who looks now can end its program").isFalse();
    assertThat(cardReading(5, rail).value()).isCloseTo(12, within(0.2));
    physics.advance(step);
    assertThat(cardReading(5, rail).value()).isZero();
    chassis.setOutputs(new SlotOutputs(0, 0, 0));
    physics.advance(step);
    assertThat(cardReading(5, rail).value()).as("then it boots").isCloseTo(12, within(0.2));

    physics.setCardPower(5, false);
    assertThat(cardReading(5, rail).value()).isZero();
    physics.setCardPower(5, true);
    assertThat(cardReading(5, rail).value()).isCloseTo(12, within(0.2));
  }

  @Test
  void loadedChassisWarmsUpAndConverges() {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    double cold = chassisValue("outlet.temperature");
    physics.advance(Duration.ofSeconds(20));
    double warming = chassisValue("outlet.temperature");
    physics.advance(Duration.ofMinutes(10));
    double settled = chassisValue("outlet.temperature");
    physics.advance(Duration.ofMinutes(10));
    assertThat(cold).isEqualTo(24);
    assertThat(warming).isGreaterThan(cold + 2);
    assertThat(settled).isGreaterThan(warming).isBetween(30.0, 40.0);
    assertThat(chassisValue("outlet.temperature")).isEqualTo(settled);
    assertThat(chassisValue("inlet.temperature")).isEqualTo(24);
    assertThat(cardReading(3).value()).isBetween(35.0, 55.0);
  }

  @Test
  void temperaturesDriftWithTheSeedAndStayBelievable() {
    System.out.println("seed " + SEED);
    ChassisPhysics physics = full(ChassisSettings.defaults());
    physics.advance(Duration.ofMinutes(10));
    List<Double> seen = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      physics.advance(Duration.ofSeconds(10));
      seen.add(chassisValue("inlet.temperature"));
    }
    assertThat(seen.stream().distinct().count()).isGreaterThan(2);
    assertThat(seen).allSatisfy(celsius -> assertThat(celsius).isBetween(22.5, 25.5));
  }

  @Test
  void sameSeedGivesTheSameReadings() throws Exception {
    ChassisPhysics physics = full(ChassisSettings.defaults());
    physics.advance(Duration.ofMinutes(3));
    try (SimulatedBuses others = new SimulatedBuses();
        ChassisBus other = ChassisBus.open(others.context(), 100, CLOCK)) {
      ChassisPhysics twin =
          ChassisPhysics.attach(
              others, 1, ChassisSettings.defaults(), board("CH-1"), new Random(SEED));
      for (int slot = 1; slot <= 14; slot++) {
        twin.insert(slot, board("SC-" + slot));
        twin.setLoad(slot, 0.5);
      }
      for (int fan = 1; fan <= ChassisBus.FANS; fan++) {
        other.setFanDrive(fan, 0.5);
      }
      twin.advance(Duration.ofMinutes(3));
      assertThat(other.readings()).isEqualTo(chassis.readings());
    }
  }

  @Test
  void fansFollowTheirDriveWithInertia() throws Exception {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    double half = chassisValue("fan.1");
    assertThat(half).isCloseTo(3012, within(10.0));
    chassis.setFanDrive(1, 1);
    physics.advance(Duration.ofSeconds(1));
    double between = chassisValue("fan.1");
    physics.advance(Duration.ofSeconds(30));
    assertThat(between).isGreaterThan(half + 500).isLessThan(5500);
    assertThat(chassisValue("fan.1")).isCloseTo(6000, within(10.0));
    assertThat(chassisValue("fan.2")).isCloseTo(half, within(1.0));
  }

  @Test
  void seizedFanStandsAndTheChassisWarms() throws Exception {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    physics.advance(Duration.ofMinutes(10));
    double outlet = chassisValue("outlet.temperature");
    double card = cardReading(5).value();
    physics.failFan(2);
    chassis.setFanDrive(2, 1);
    physics.advance(Duration.ofMinutes(10));
    assertThat(chassisValue("fan.2")).isZero();
    assertThat(chassisValue("outlet.temperature")).isGreaterThan(outlet + 1);
    assertThat(cardReading(5).value()).isGreaterThan(card + 2);

    physics.repairFan(2);
    chassis.setFanDrive(2, 0.502);
    physics.advance(Duration.ofMinutes(10));
    assertThat(chassisValue("outlet.temperature")).isCloseTo(outlet, within(0.25));
  }

  @Test
  void pulledCardFallsSilentAndItsPresenceLineRises() {
    ChassisPhysics physics = full(ChassisSettings.defaults());
    physics.remove(3);
    assertThat(chassis.presentSlots().orElseThrow()).hasSize(13).doesNotContain(3);
    assertThat(cardReading(3).isOk()).isFalse();
    assertThat(cardReading(4).isOk()).isTrue();

    physics.insert(3, board("SC-99"));
    assertThat(chassis.presentSlots().orElseThrow()).hasSize(14);
    try (CardBus card = CardBus.open(buses.context(), 103, CLOCK)) {
      assertThat(card.inventory().orElseThrow().serial()).isEqualTo("SC-99");
    }
    assertThatThrownBy(() -> physics.insert(3, board("SC-100")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("slot 3");
  }

  @Test
  void heatedCardStaysHotUntilItIsLetGo() {
    ChassisPhysics physics = full(ChassisSettings.defaults());
    physics.advance(Duration.ofMinutes(5));
    physics.heat(3, 85);
    assertThat(cardReading(3).value()).isEqualTo(85);
    physics.advance(Duration.ofMinutes(5));
    assertThat(cardReading(3).value()).isEqualTo(85);
    assertThat(cardReading(4).value()).isLessThan(60);
    physics.heatOff(3);
    assertThat(cardReading(3).value()).isLessThan(60);
  }

  @Test
  void heatLeavesWithTheCardThatWasHeated() {
    ChassisPhysics physics = full(ChassisSettings.defaults());
    physics.heat(3, 85);
    physics.remove(3);
    physics.insert(3, board("SC-99"));
    assertThat(cardReading(3).value()).isLessThan(60);
  }

  @Test
  void failedSupplyShowsAndCardSwitchedOffCools() {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    physics.advance(Duration.ofMinutes(10));
    assertThat(chassisValue("supply.1")).isEqualTo(1);
    physics.failSupply(1);
    assertThat(chassisValue("supply.1")).isZero();
    assertThat(chassisValue("supply.2")).isEqualTo(1);
    physics.repairSupply(1);
    assertThat(chassisValue("supply.1")).isEqualTo(1);

    double running = cardReading(7).value();
    physics.setCardPower(7, false);
    physics.advance(Duration.ofMinutes(10));
    assertThat(cardReading(7).value()).isLessThan(running - 5).isCloseTo(24, within(0.5));
  }

  @Test
  void darkChassisIsSilentAndComesBackWithPowerOnRegisters() throws Exception {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    physics.remove(5);
    chassis.setFanDrive(1, 0.2);
    physics.setPowered(false);
    assertThat(chassis.readings()).noneMatch(Reading::isOk);
    assertThat(cardReading(1).isOk()).isFalse();
    physics.advance(Duration.ofMinutes(1));
    physics.setPowered(true);
    physics.advance(Duration.ofMinutes(1));
    assertThat(chassis.readings()).allMatch(Reading::isOk);
    assertThat(chassisValue("fan.1")).as("nobody drives: full speed").isCloseTo(6000, within(10.0));
    assertThat(chassis.presentSlots().orElseThrow()).hasSize(13).doesNotContain(5);
    assertThat(cardReading(5).isOk()).as("an empty slot stays silent").isFalse();
  }

  @Test
  void nonsenseIsRefusedWithTheRange() {
    ChassisPhysics physics = full(ChassisSettings.defaults().withSlots(12));
    assertThatThrownBy(() -> physics.heat(13, 50)).hasMessageContaining("1 to 12");
    assertThatThrownBy(() -> physics.failFan(5)).hasMessageContaining("1 to 4");
    assertThatThrownBy(() -> physics.advance(Duration.ofHours(2))).hasMessageContaining("PT1H");
    assertThatThrownBy(() -> physics.setLoad(1, 1.5)).hasMessageContaining("0 to 1");
  }

  @Test
  void suppliesShareTheLoadAndOneCarriesItAll() {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    chassis.readings();
    physics.advance(Duration.ofSeconds(5));
    double each = chassisValue("supply.1.watts");
    assertThat(chassisValue("supply.2.watts")).isCloseTo(each, within(2.0));
    assertThat(chassisValue("supply.1.volts")).isBetween(11.5, 12.1);
    assertThat(chassis.supplies())
        .extracting(ChassisBus.Supply::capacityWatts)
        .containsExactly(1200, 1200);
    physics.failSupply(2);
    physics.advance(Duration.ofSeconds(5));
    assertThat(chassisValue("supply.1.watts")).isCloseTo(2 * each, within(5.0));
    assertThat(chassisValue("supply.2.watts")).isZero();
    assertThat(chassis.supplies()).extracting(ChassisBus.Supply::good).containsExactly(true, false);
  }

  @Test
  void warmAirTakesFromTheSuppliesWhatTheirInventoriesSay() {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    assertThat(physics.availableWatts()).isEqualTo(2400);
    assertThat(chassis.supplies())
        .extracting(ChassisBus.Supply::availableWatts)
        .containsExactly(1200, 1200);
    physics.setAmbient(58);
    physics.advance(Duration.ofMinutes(30));
    double outlet = chassisValue("outlet.temperature");
    assertThat(outlet).isGreaterThan(60);
    double each = physics.availableWatts() / 2;
    assertThat(each).isCloseTo(1200 * (1 - (outlet - 50) * 0.025), within(8.0));
    assertThat(chassis.supplies())
        .allSatisfy(s -> {
          assertThat(s.capacityWatts()).isEqualTo(1200);
          // Whole degrees, rounded to the warm side.
          assertThat((double) s.availableWatts()).isBetween(each - 38, each + 8);
        });
  }

  @Test
  void supplyThatIsAskedForTooMuchSags() {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise().withSupplyWatts(400));
    physics.advance(Duration.ofSeconds(5));
    assertThat(chassisValue("supply.1.volts")).isGreaterThan(11.5);
    physics.failSupply(2);
    physics.advance(Duration.ofSeconds(5));
    assertThat(chassisValue("supply.1.volts")).isLessThan(10.8);
  }

  @Test
  void anotherSupplyGivesPowerAfterItsStartAndTellsWhatItMayGive() {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    String before = chassis.supplies().getFirst().serial();
    physics.replaceSupply(1, 800);
    assertThat(chassis.supplies().getFirst().good()).isFalse();
    physics.advance(Duration.ofSeconds(4));
    ChassisBus.Supply now = chassis.supplies().getFirst();
    assertThat(now.good()).isTrue();
    assertThat(now.capacityWatts()).isEqualTo(800);
    assertThat(now.serial()).isNotEqualTo(before);
    assertThat(physics.availableWatts()).isEqualTo(2000);
  }

  @Test
  void lostReaderMeansFullSpeed() throws Exception {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    for (int second = 0; second < 10; second++) {
      chassis.driveFans(0.4);
      physics.advance(Duration.ofSeconds(1));
    }
    assertThat(chassisValue("fan.1")).isBetween(2200.0, 2600.0);
    physics.advance(Duration.ofSeconds(20));
    assertThat(physics.fanDrive(1)).isEqualTo(1);
    assertThat(chassisValue("fan.1")).isGreaterThan(5500);
  }

  @Test
  void wornBearingLosesSpeedUntilItSeizes() {
    ChassisPhysics physics = full(ChassisSettings.defaults());
    physics.wearFan(2, 1.0);
    physics.advance(Duration.ofMinutes(15));
    assertThat(chassisValue("fan.2")).isLessThan(0.85 * chassisValue("fan.1"));
    physics.advance(Duration.ofMinutes(30));
    assertThat(chassisValue("fan.2")).isZero();
    physics.repairFan(2);
    physics.advance(Duration.ofSeconds(20));
    assertThat(chassisValue("fan.2")).isGreaterThan(2000);
  }

  @Test
  void slotWithoutPowerMakesNoHeatAndItsLedIsBlue() throws Exception {
    ChassisPhysics physics = full(ChassisSettings.defaults().withoutNoise());
    chassis.setOutputs(new SlotOutputs(0b100, 0b100, 0));
    physics.advance(Duration.ofMinutes(10));
    assertThat(physics.slotPowered(3)).isFalse();
    assertThat(physics.blueLed(3)).isTrue();
    assertThat(cardReading(3).value()).isEqualTo(24);
    assertThat(cardReading(4).value()).isGreaterThan(30);
    assertThat(chassis.openHandles().orElseThrow()).doesNotContain(3);
    physics.setHandle(3, true);
    assertThat(chassis.openHandles().orElseThrow()).contains(3);
  }
}
