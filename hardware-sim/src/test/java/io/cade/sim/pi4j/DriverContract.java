package io.cade.sim.pi4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.pi4j.context.Context;
import io.cade.agent.hw.BusException;
import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.Eeprom24c02;
import io.cade.agent.hw.Emc2305;
import io.cade.agent.hw.FruAreas;
import io.cade.agent.hw.FruBoardInfo;
import io.cade.agent.hw.FruInventory;
import io.cade.agent.hw.FruResult;
import io.cade.agent.hw.Ina226;
import io.cade.agent.hw.Lm75;
import io.cade.agent.hw.Pca9555;
import io.cade.agent.hw.Reading;
import io.cade.agent.hw.SensorType;
import io.cade.agent.hw.SlotOutputs;
import io.cade.agent.hw.Tmp102;
import io.cade.sim.device.FruImage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the drivers promise on any bus that carries the chips of a chassis plus an inventory at the
 * card's address (0x50). A subclass brings the bus and the hands that warm, turn and pull; a rack
 * with real boards can be one.
 */
abstract class DriverContract {

  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final FruBoardInfo BOARD =
      new FruBoardInfo(
          Instant.parse("2025-11-05T08:30:00Z"),
          "Cade",
          "Server card SC-1",
          "SC1-000103",
          "700-0001-02",
          "fru-1",
          List.of("MAC=02:ca:de:00:01:03"));

  /** The context whose provider reaches the bus. */
  abstract Context context();

  abstract int bus();

  /** Brings the sensor at this address to a temperature. */
  abstract void warm(int address, double celsius);

  /** Turns the shaft of a fan. */
  abstract void turn(int fan, double rpm);

  /** The duty that arrives at a fan's connector, 0 to 1. */
  abstract double dutyAt(int fan);

  /** Puts a level on an expander pin from outside. */
  abstract void pull(int pin, boolean high);

  /** The level of an expander pin as seen from outside. */
  abstract boolean levelOf(int pin);

  /** Programs the inventory at this address. */
  abstract void program(int address, byte[] image);

  /** Brings the TMP102 at this address to a temperature and lets it convert. */
  abstract void warmTmp102(int address, double celsius);

  /** Puts a voltage on the rail of the monitor at this address and sends a current through it. */
  abstract void draw(int address, double volts, double shuntVolts);

  /** Lets so much time pass for the chips. */
  abstract void pass(double seconds);

  /** Takes the chip at this address away, or puts it back. */
  abstract void unplug(int address, boolean gone);

  private ChassisBus chassis() {
    return ChassisBus.open(context(), bus(), InstantSource.fixed(NOW));
  }

  private CardBus card() {
    return CardBus.open(context(), bus(), InstantSource.fixed(NOW));
  }

  private static Reading named(List<Reading> readings, String name) {
    return readings.stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void temperaturesAreReadAboveAndBelowZero() throws Exception {
    try (Lm75 sensor = new Lm75(context(), bus(), 0x48, Lm75.Variant.LM75B)) {
      for (double celsius : new double[] {-40.125, -0.125, 0, 21.5, 85, 124.875}) {
        warm(0x48, celsius);
        assertThat(sensor.temperatureCelsius()).isEqualTo(celsius);
      }
    }
  }

  @Test
  void temperatureLimitsAreKeptToHalfADegree() throws Exception {
    try (Lm75 sensor = new Lm75(context(), bus(), 0x48, Lm75.Variant.LM75B)) {
      assertThat(sensor.overTemperatureCelsius()).isEqualTo(80);
      assertThat(sensor.hysteresisCelsius()).isEqualTo(75);
      sensor.setLimits(70.3, -5.5);
      assertThat(sensor.overTemperatureCelsius()).isEqualTo(70.5);
      assertThat(sensor.hysteresisCelsius()).isEqualTo(-5.5);
      assertThatThrownBy(() -> sensor.setLimits(20, 30))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(sensor.overTemperatureCelsius())
          .as("refused limits change nothing")
          .isEqualTo(70.5);
    }
  }

  @Test
  void twelveAndThirteenBitsOfATmp102AreRead() throws Exception {
    try (Tmp102 sensor = new Tmp102(context(), bus(), 0x4a)) {
      assertThat(sensor.identify()).isTrue();
      for (double celsius : new double[] {-40, -0.0625, 0, 25.0625, 127.9375}) {
        warmTmp102(0x4a, celsius);
        assertThat(sensor.temperatureCelsius()).isEqualTo(celsius);
      }
      sensor.configure(Tmp102.Rate.EIGHT_HERTZ, true, Tmp102.AlertMode.COMPARATOR, 1);
      assertThat(sensor.extended()).isTrue();
      assertThat(sensor.rate()).isEqualTo(Tmp102.Rate.EIGHT_HERTZ);
      for (double celsius : new double[] {-55, 0, 127.9375, 149.5}) {
        warmTmp102(0x4a, celsius);
        assertThat(sensor.temperatureCelsius()).isEqualTo(celsius);
      }
    }
  }

  @Test
  void alertOfATmp102HasHysteresis() throws Exception {
    try (Tmp102 sensor = new Tmp102(context(), bus(), 0x4a)) {
      sensor.configure(Tmp102.Rate.FOUR_HERTZ, false, Tmp102.AlertMode.COMPARATOR, 2);
      assertThat(sensor.highLimitCelsius()).isEqualTo(80);
      assertThat(sensor.lowLimitCelsius()).isEqualTo(75);
      sensor.setLimits(60.25, 55);
      assertThat(sensor.highLimitCelsius()).isEqualTo(60.25);
      warmTmp102(0x4a, 61);
      assertThat(sensor.alert()).as("one of two faults").isFalse();
      warmTmp102(0x4a, 61);
      assertThat(sensor.alert()).isTrue();
      warmTmp102(0x4a, 57);
      warmTmp102(0x4a, 57);
      assertThat(sensor.alert()).as("between the limits").isTrue();
      warmTmp102(0x4a, 54);
      warmTmp102(0x4a, 54);
      assertThat(sensor.alert()).isFalse();
    }
  }

  @Test
  void oneShotOfATmp102TakesItsTime() throws Exception {
    try (Tmp102 sensor = new Tmp102(context(), bus(), 0x4a)) {
      warmTmp102(0x4a, 20);
      sensor.shutDown();
      warmTmp102(0x4a, 30);
      pass(1);
      assertThat(sensor.temperatureCelsius()).as("nothing converts").isEqualTo(20);
      sensor.startOneShot();
      assertThat(sensor.oneShotReady()).isFalse();
      pass(0.036);
      assertThat(sensor.oneShotReady()).isTrue();
      assertThat(sensor.temperatureCelsius()).isEqualTo(30);
    }
  }

  @Test
  void voltsAmperesAndWattsAreMeasured() throws Exception {
    try (Ina226 monitor = new Ina226(context(), bus(), 0x40, 0.0005, 150)) {
      assertThat(monitor.identify()).isTrue();
      monitor.configure(Ina226.Averaging.OF_16, Ina226.ConversionTime.US_1100);
      draw(0x40, 12.0, 0.025);
      assertThat(monitor.rail().amperes()).as("not converted yet").isZero();
      pass(0.04);
      assertThat(monitor.conversionReady()).isTrue();
      assertThat(monitor.conversionReady()).as("reading clears it").isFalse();
      Ina226.Rail rail = monitor.rail();
      assertThat(rail.volts()).isCloseTo(12.0, within(0.00125));
      assertThat(rail.amperes()).isCloseTo(50.0, within(0.05));
      assertThat(rail.watts()).isCloseTo(600.0, within(1.0));
      draw(0x40, 12.0, -0.005);
      pass(0.04);
      assertThat(monitor.rail().amperes()).isCloseTo(-10.0, within(0.05));
    }
  }

  @Test
  void monitorThatForgotItsCalibrationIsCalibratedAgain() throws Exception {
    try (Ina226 monitor = new Ina226(context(), bus(), 0x40, 0.0005, 150)) {
      draw(0x40, 12.0, 0.025);
      pass(0.04);
      assertThat(monitor.rail().amperes()).as("by its shunt").isCloseTo(50.0, within(0.05));
      pass(0.04);
      assertThat(monitor.rail().watts()).as("by itself").isCloseTo(600.0, within(1.0));
    }
  }

  @Test
  void latchedAlertOfAMonitorStaysUntilItIsRead() throws Exception {
    try (Ina226 monitor = new Ina226(context(), bus(), 0x40, 0.0005, 150)) {
      monitor.configure(Ina226.Averaging.OF_1, Ina226.ConversionTime.US_140);
      monitor.setAlert(Ina226.AlertOn.BUS_UNDER, 11.4, true);
      draw(0x40, 11.0, 0.001);
      pass(0.001);
      draw(0x40, 12.0, 0.001);
      pass(0.001);
      assertThat(monitor.alert()).isTrue();
      pass(0.001);
      assertThat(monitor.alert()).isFalse();
    }
  }

  @Test
  void fansGoToFullSpeedWhenNobodyWritesForFourSeconds() throws Exception {
    try (ChassisBus chassis = chassis()) {
      chassis.driveFans(0.4);
      pass(3.9);
      assertThat(dutyAt(1)).isCloseTo(0.4, within(0.003));
      chassis.driveFans(0.4);
      pass(3.9);
      assertThat(dutyAt(1)).as("fed").isCloseTo(0.4, within(0.003));
      pass(0.2);
      assertThat(dutyAt(1)).isEqualTo(1);
      assertThat(dutyAt(4)).isEqualTo(1);
      chassis.driveFans(0.3);
      assertThat(dutyAt(1)).as("taken back").isCloseTo(0.3, within(0.003));
    }
  }

  @Test
  void outputsOfTheSlotsAreSetAndReadBack() throws Exception {
    try (ChassisBus chassis = chassis()) {
      assertThat(chassis.outputs()).contains(new SlotOutputs(0, 0, 0));
      SlotOutputs wanted = new SlotOutputs(0b101, 0b100, 0x2000);
      chassis.setOutputs(wanted);
      assertThat(chassis.outputs()).contains(wanted);
      chassis.setOutputs(new SlotOutputs(0, 0, 0));
      assertThat(chassis.outputs()).contains(new SlotOutputs(0, 0, 0));
      unplug(ChassisBus.POWER_ADDRESS, true);
      assertThat(chassis.outputs()).isEmpty();
      assertThatThrownBy(() -> chassis.setOutputs(wanted)).isInstanceOf(BusException.class);
    }
  }

  @Test
  void inventoryIsWrittenPageByPage() throws Exception {
    byte[] image = FruImage.card(BOARD, 60);
    try (Eeprom24c02 eeprom = new Eeprom24c02(context(), bus(), 0x57)) {
      eeprom.write(0, image);
      FruAreas.Result read = FruAreas.decode(eeprom.readAll());
      assertThat(read.flaws()).isEmpty();
      FruInventory inventory = read.inventory().orElseThrow();
      assertThat(inventory.board()).isEqualTo(BOARD);
      assertThat(inventory.maxWatts()).hasValue(60);
      byte[] across = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
      eeprom.write(245, across);
      assertThat(eeprom.readAll()).endsWith(across);
      assertThatThrownBy(() -> eeprom.write(250, across))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void fanSpeedAndDriveAreRead() throws Exception {
    try (Emc2305 fans = new Emc2305(context(), bus(), 0x2e)) {
      assertThat(fans.identify()).isTrue();
      turn(1, 1500);
      turn(2, 6000);
      turn(4, 0);
      assertThat(fans.rpm(1)).isCloseTo(1500, within(1.0));
      assertThat(fans.rpm(2)).isCloseTo(6000, within(6.0));
      assertThat(fans.rpm(4)).isZero();
      fans.setDrive(2, 0.75);
      assertThat(dutyAt(2)).isCloseTo(0.75, within(0.003));
      assertThat(fans.drive(2)).isCloseTo(0.75, within(0.003));
      assertThatThrownBy(() -> fans.setDrive(2, 1.01)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> fans.rpm(6)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void stalledFanIsNamedUntilItTurnsAgain() throws Exception {
    try (Emc2305 fans = new Emc2305(context(), bus(), 0x2e)) {
      turn(3, 3000);
      fans.setDrive(3, 0.5);
      fans.stalled();
      assertThat(fans.stalled().get(3)).isFalse();
      turn(3, 0);
      assertThat(fans.stalled().get(3)).isTrue();
      turn(3, 3000);
      fans.stalled();
      assertThat(fans.stalled().get(3)).isFalse();
    }
  }

  @Test
  void expanderReadsInputsAndDrivesOutputs() throws Exception {
    try (Pca9555 expander = new Pca9555(context(), bus(), 0x20)) {
      pull(0, false);
      pull(15, false);
      assertThat(expander.inputs() & 0x8001).isZero();
      pull(15, true);
      assertThat(expander.inputs() & 0x8001).isEqualTo(0x8000);
      expander.setInverted(0x0001);
      assertThat(expander.inputs() & 0x0001).isEqualTo(1);
      expander.setOutputs(0x0300, 0x0100);
      expander.setInputPins(0xfcff);
      assertThat(levelOf(8)).isTrue();
      assertThat(levelOf(9)).isFalse();
      assertThat(expander.outputs() & 0x0300).isEqualTo(0x0100);
      assertThat(expander.inputPins()).isEqualTo(0xfcff);
    }
  }

  @Test
  void inventoryIsReadAndDamageIsAValue() throws Exception {
    byte[] image = FruImage.encode(BOARD);
    program(CardBus.INVENTORY_ADDRESS, image);
    try (CardBus card = card();
        Eeprom24c02 eeprom = new Eeprom24c02(context(), bus(), 0x57)) {
      assertThat(card.inventory()).contains(BOARD);
      image[20] ^= 1;
      program(CardBus.INVENTORY_ADDRESS, image);
      assertThat(card.inventory()).isEmpty();
      assertThat(card.inventoryResult())
          .isInstanceOfSatisfying(
              FruResult.Unusable.class, bad -> assertThat(bad.cause()).contains("checksum"));
      assertThat(eeprom.readAll()).hasSize(256);
    }
  }

  @Test
  void chassisReadingsAreAlwaysTheSameNamesInTheSameOrder() {
    warm(0x48, 22.5);
    warm(0x49, 38.25);
    for (int fan = 1; fan <= 4; fan++) {
      turn(fan, 3000);
    }
    pull(14, false);
    pull(15, true);
    try (ChassisBus chassis = chassis()) {
      List<Reading> readings = chassis.readings();
      assertThat(readings)
          .extracting(Reading::name)
          .containsExactly(
              "inlet.temperature",
              "outlet.temperature",
              "fan.1",
              "fan.2",
              "fan.3",
              "fan.4",
              "supply.1",
              "supply.2",
              "supply.1.volts",
              "supply.1.amperes",
              "supply.1.watts",
              "supply.2.volts",
              "supply.2.amperes",
              "supply.2.watts");
      assertThat(readings).allMatch(Reading::isOk).allMatch(r -> r.at().equals(NOW));
      assertThat(named(readings, "inlet.temperature"))
          .isEqualTo(Reading.ok("inlet.temperature", SensorType.CELSIUS, 22.5, NOW));
      assertThat(named(readings, "outlet.temperature").value()).isEqualTo(38.25);
      assertThat(named(readings, "fan.3").value()).isCloseTo(3000, within(2.0));
      assertThat(named(readings, "supply.1").value()).isEqualTo(1);
      assertThat(named(readings, "supply.2").value()).isZero();
    }
  }

  @Test
  void presenceIsActiveLow() {
    for (int pin = 0; pin < 14; pin++) {
      pull(pin, true);
    }
    try (ChassisBus chassis = chassis()) {
      assertThat(chassis.presentSlots().orElseThrow()).isEmpty();
      pull(0, false);
      pull(13, false);
      assertThat(chassis.presentSlots().orElseThrow()).containsExactly(1, 14);
    }
  }

  @Test
  void missingChipMakesItsReadingsUnavailableWithTheCauseAndSparesTheOthers() {
    try (ChassisBus chassis = chassis()) {
      chassis.readings();
      unplug(ChassisBus.OUTLET_ADDRESS, true);
      List<Reading> readings = chassis.readings();
      Reading outlet = named(readings, "outlet.temperature");
      assertThat(outlet.isOk()).isFalse();
      assertThat(outlet.value()).isNaN();
      assertThat(outlet.cause().orElseThrow()).contains("0x49").contains("bus " + bus());
      assertThat(readings).filteredOn(r -> !r.isOk()).containsExactly(outlet);
      unplug(ChassisBus.OUTLET_ADDRESS, false);
      assertThat(chassis.readings()).allMatch(Reading::isOk);
    }
  }

  @Test
  void silentExpanderIsNotAnEmptyChassis() {
    try (ChassisBus chassis = chassis()) {
      unplug(ChassisBus.EXPANDER_ADDRESS, true);
      assertThat(chassis.presentSlots()).isEmpty();
      assertThat(named(chassis.readings(), "supply.1").cause()).isPresent();
    }
  }

  @Test
  void commandToAMissingChipFailsAloud() {
    try (ChassisBus chassis = chassis()) {
      unplug(ChassisBus.FAN_CONTROLLER_ADDRESS, true);
      assertThatThrownBy(() -> chassis.setFanDrive(1, 1))
          .isInstanceOf(BusException.class)
          .hasMessageContaining("EMC2305 at 0x2e");
    }
  }

  @Test
  void busThatDoesNotExistGivesUnavailableReadings() {
    try (CardBus nowhere = CardBus.open(context(), 9_999, InstantSource.fixed(NOW))) {
      assertThat(nowhere.readings()).hasSize(13).noneMatch(Reading::isOk);
      assertThat(nowhere.inventory()).isEmpty();
    }
  }

  @Test
  void closedAggregateGivesItsAddressesBack() {
    for (int i = 0; i < 3; i++) {
      try (ChassisBus chassis = chassis()) {
        assertThat(chassis.readings()).allMatch(Reading::isOk);
      }
    }
  }
}
