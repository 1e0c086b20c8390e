package io.cade.sim.chassis;

import io.cade.sim.device.Eeprom24c02Model;
import io.cade.sim.device.I2cWire;
import io.cade.sim.device.Lm75Model;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/** What the physics knows of one slot; owned by the thread of its {@link ChassisPhysics}. */
final class Card {

  // A card of 60 W in half the full air stream is 25 °C above the inlet.
  private static final double DEGREES_PER_WATT = 0.239;
  private static final double FLOW_EXPONENT = 0.8;
  private static final double TIME_CONSTANT_SECONDS = 45;

  final I2cWire wire;
  private final Lm75Model sensor;
  private final Eeprom24c02Model inventory;
  private final ChassisSettings settings;
  private final Drift drift;
  private boolean present;
  private boolean on;
  private double load;
  private double celsius;
  private OptionalDouble forcedCelsius = OptionalDouble.empty();

  Card(
      I2cWire wire,
      Lm75Model sensor,
      Eeprom24c02Model inventory,
      ChassisSettings settings,
      RandomGenerator random) {
    this.wire = wire;
    this.sensor = sensor;
    this.inventory = inventory;
    this.settings = settings;
    this.drift = new Drift(random, settings.noiseCelsius());
    this.celsius = settings.ambientCelsius();
  }

  boolean present() {
    return present;
  }

  void insert(byte[] image, boolean powered, double inletCelsius) {
    present = true;
    on = true;
    load = 0;
    celsius = inletCelsius;
    forcedCelsius = OptionalDouble.empty();
    wire.locked(() -> {
      inventory.load(image);
      wire.setPowered(false);
      wire.setPowered(powered);
    });
    show();
  }

  void remove() {
    present = false;
    on = false;
    wire.setPowered(false);
  }

  /**
   * Mains of the chassis: the management side of a present card has power whether or not the card
   * is switched on.
   */
  void mains(boolean powered) {
    wire.setPowered(powered && present);
    if (powered) {
      show();
    }
  }

  void switchOn(boolean on) {
    this.on = present && on;
  }

  void load(double fraction) {
    this.load = fraction;
  }

  void force(OptionalDouble celsius) {
    forcedCelsius = celsius;
    show();
  }

  double watts() {
    return on ? settings.idleWatts() + load * (settings.fullWatts() - settings.idleWatts()) : 0;
  }

  void advance(double seconds, double inletCelsius, double flow, double heatingWatts) {
    double target = inletCelsius + heatingWatts * DEGREES_PER_WATT / Math.pow(flow, FLOW_EXPONENT);
    celsius = ChassisPhysics.approach(celsius, target, seconds, TIME_CONSTANT_SECONDS);
    drift.advance(seconds);
  }

  /** One conversion of the sensor chip. */
  void show() {
    double shown = forcedCelsius.orElse(celsius + drift.value());
    wire.locked(() -> sensor.convert(shown));
  }
}
