package io.cade.sim.pi4j;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.pi4j.context.Context;
import io.cade.agent.hw.BusException;
import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.Ina226;
import io.cade.agent.hw.Reading;
import io.cade.agent.hw.SensorType;
import io.cade.sim.device.Eeprom24c02Model;
import io.cade.sim.device.Emc2305Model;
import io.cade.sim.device.Fault;
import io.cade.sim.device.I2cWire;
import io.cade.sim.device.Ina226Model;
import io.cade.sim.device.Lm75Model;
import io.cade.sim.device.Pca9555Model;
import io.cade.sim.device.Tmp102Model;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract on the chip models. */
class SimulatedDriverContractTest extends DriverContract {

  private final SimulatedBuses buses = new SimulatedBuses();
  private final Map<Integer, Lm75Model> sensors =
      Map.of(0x48, new Lm75Model(), 0x49, new Lm75Model());
  private final Map<Integer, Eeprom24c02Model> inventories =
      Map.of(0x50, new Eeprom24c02Model(new byte[0]), 0x57, new Eeprom24c02Model(new byte[0]));
  private final Emc2305Model fans = new Emc2305Model(0x80);
  private final Pca9555Model expander = new Pca9555Model();
  private final I2cWire wire =
      new I2cWire("contract bus").attach(0x2e, fans).attach(0x20, expander);

  private final Tmp102Model tmp102 = new Tmp102Model();
  private final Map<Integer, Ina226Model> monitors =
      Map.of(0x40, new Ina226Model(), 0x41, new Ina226Model());

  SimulatedDriverContractTest() {
    wire.attach(0x4a, tmp102)
        .attach(ChassisBus.POWER_ADDRESS, new Pca9555Model())
        .attach(ChassisBus.HANDLE_ADDRESS, new Pca9555Model())
        .attach(ChassisBus.BLUE_LED_ADDRESS, new Pca9555Model())
        .attach(ChassisBus.LOCATE_LED_ADDRESS, new Pca9555Model());
    monitors.forEach(wire::attach);
    sensors.forEach(wire::attach);
    inventories.forEach(wire::attach);
    buses.attach(bus(), wire);
    // Supplies that have been on for a while.
    monitors.values().forEach(m -> m.sense(12, 0));
    pass(0.04);
  }

  @AfterEach
  void shutDown() {
    buses.close();
  }

  @Test
  void stuckDataLineIsNotFourStandingFans() {
    wire.setFault(ChassisBus.FAN_CONTROLLER_ADDRESS, new Fault.Stuck(0xff));
    try (ChassisBus chassis =
        ChassisBus.open(context(), bus(), InstantSource.fixed(DriverContract.NOW))) {
      assertThat(chassis.readings())
          .filteredOn(reading -> reading.type() == SensorType.RPM)
          .hasSize(4)
          .allSatisfy(fan -> assertThat(fan.cause().orElseThrow()).contains("stuck"));
    }
  }

  @Override
  Context context() {
    return buses.context();
  }

  @Override
  int bus() {
    return SimulatedBuses.chassisBus(3);
  }

  @Override
  void warm(int address, double celsius) {
    wire.locked(() -> requireNonNull(sensors.get(address)).convert(celsius));
  }

  @Override
  void turn(int fan, double rpm) {
    wire.locked(() -> fans.measure(fan, rpm));
  }

  @Override
  double dutyAt(int fan) {
    return wire.locked(() -> fans.drive(fan));
  }

  @Override
  void pull(int pin, boolean high) {
    wire.locked(() -> expander.setPin(pin, high));
  }

  @Override
  boolean levelOf(int pin) {
    return wire.locked(() -> expander.pin(pin));
  }

  @Override
  void warmTmp102(int address, double celsius) {
    wire.locked(() -> tmp102.convert(celsius));
  }

  @Override
  void draw(int address, double volts, double shuntVolts) {
    wire.locked(() -> requireNonNull(monitors.get(address)).sense(volts, shuntVolts));
  }

  @Override
  void pass(double seconds) {
    wire.locked(() -> {
      tmp102.advance(seconds);
      monitors.values().forEach(m -> m.advance(seconds));
      fans.advance(seconds);
    });
  }

  @Test
  void monitorThatHasJustGotPowerMeasuresNothingAndADeadRailIsMeasured() throws Exception {
    try (Ina226 monitor = new Ina226(context(), bus(), 0x41, 0.0005, 150)) {
      wire.locked(requireNonNull(monitors.get(0x41))::powerOn);
      assertThatThrownBy(monitor::rail)
          .isInstanceOf(BusException.class)
          .hasMessageContaining("0x41")
          .hasMessageContaining("no conversion");
      draw(0x41, 0, 0);
      pass(0.04);
      assertThat(monitor.rail().volts()).as("it has converted: there is no voltage").isZero();
      assertThat(monitor.rail().volts()).as("nor between two conversions").isZero();
      draw(0x41, 12, 0.025);
      pass(0.04);
      assertThat(monitor.rail().volts()).isCloseTo(12.0, within(0.00125));
      wire.locked(requireNonNull(monitors.get(0x41))::powerOn);
      assertThatThrownBy(monitor::rail).isInstanceOf(BusException.class);
      pass(0.04);
      assertThat(monitor.rail().volts()).isCloseTo(12.0, within(0.00125));
    }
  }

  @Test
  void aBusHeldLowIsUnavailableReadingsAndNotAnException() {
    I2cWire held = new I2cWire("held bus", nanos -> {}).attach(0x48, new Lm75Model());
    held.setHeldLow(true);
    buses.attach(SimulatedBuses.cardBus(4, 1), held);
    try (CardBus card =
        CardBus.open(
            context(), SimulatedBuses.cardBus(4, 1), InstantSource.fixed(DriverContract.NOW))) {
      assertThat(card.readings()).noneMatch(Reading::isOk);
      assertThat(card.readings().getFirst().cause().orElseThrow()).contains("held low");
      held.setHeldLow(false);
      assertThat(card.readings().getFirst().isOk()).isTrue();
    }
  }

  @Test
  void garbageNeverPassesForASoundInventory() {
    wire.setFault(ChassisBus.INVENTORY_ADDRESS, new Fault.Garbage(7));
    try (ChassisBus chassis =
        ChassisBus.open(context(), bus(), InstantSource.fixed(DriverContract.NOW))) {
      for (int i = 0; i < 200; i++) {
        assertThat(chassis.inventory()).isEmpty();
      }
    }
  }

  @Override
  void program(int address, byte[] image) {
    wire.locked(() -> requireNonNull(inventories.get(address)).load(image));
  }

  @Override
  void unplug(int address, boolean gone) {
    wire.setFault(address, gone ? new Fault.Nack() : null);
  }
}
