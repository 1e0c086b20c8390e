package io.cade.sim.chassis;

import io.cade.agent.hw.CardBus;
import io.cade.sim.device.Eeprom24c02Model;
import io.cade.sim.device.I2cWire;
import io.cade.sim.device.Lm75Model;
import io.cade.sim.device.Tmp102Model;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/** What the physics knows of one slot; owned by the thread of its {@link ChassisPhysics}. */
final class Card {

  // A card of 60 W in half the full air stream is 25 °C above the inlet.
  private static final double DEGREES_PER_WATT = 0.239;
  private static final double FLOW_EXPONENT = 0.8;
  private static final double TIME_CONSTANT_SECONDS = 45;

  // Longer than a conversion of the power monitors as the driver configures them, 35 ms.
  private static final double SETTLED_SECONDS = 0.05;

  // The processor is above its board, the memory between; °C per watt.
  private static final double PROCESSOR_DEGREES_PER_WATT = 0.28;
  private static final double MEMORY_DEGREES_PER_WATT = 0.10;

  final I2cWire wire;
  private final Lm75Model sensor;
  private final Tmp102Model processor;
  private final Tmp102Model inlet;
  private final Tmp102Model memory;
  private final Rail rail12 = new Rail(12, 0.008, CardBus.SHUNTS.get(0));
  private final Rail rail5 = new Rail(5, 0.004, CardBus.SHUNTS.get(1));
  private final Rail rail33 = new Rail(3.3, 0.003, CardBus.SHUNTS.get(2));
  private final Eeprom24c02Model inventory;
  private final ChassisSettings settings;
  private final Drift drift;
  private boolean present;
  private boolean on;
  private double load;
  private boolean supplied = true;
  private boolean wasGiven = true;
  private boolean handleOpen;
  private double celsius;
  private double inletCelsius;
  private double drawn;
  private OptionalDouble forcedCelsius = OptionalDouble.empty();

  Card(String name, ChassisSettings settings, RandomGenerator random) {
    this.sensor = new Lm75Model();
    this.processor = new Tmp102Model();
    this.inlet = new Tmp102Model();
    this.memory = new Tmp102Model();
    this.inventory = new Eeprom24c02Model(new byte[0]);
    this.wire =
        new I2cWire(name)
            .attach(CardBus.TEMPERATURE_ADDRESS, sensor)
            .attach(CardBus.PROCESSOR_ADDRESS, processor)
            .attach(CardBus.INLET_ADDRESS, inlet)
            .attach(CardBus.MEMORY_ADDRESS, memory)
            .attach(CardBus.RAIL_12V_ADDRESS, rail12.monitor)
            .attach(CardBus.RAIL_5V_ADDRESS, rail5.monitor)
            .attach(CardBus.RAIL_3V3_ADDRESS, rail33.monitor)
            .attach(CardBus.INVENTORY_ADDRESS, inventory);
    this.settings = settings;
    this.drift = new Drift(random, settings.noiseCelsius());
    this.celsius = settings.ambientCelsius();
    this.inletCelsius = settings.ambientCelsius();
    wire.setPowered(false);
  }

  boolean present() {
    return present;
  }

  void insert(byte[] image, boolean powered, double inletCelsius) {
    present = true;
    on = true;
    handleOpen = false;
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
    settle();
  }

  /**
   * Whether the chassis gives the slot payload power (its enable output), once a step. Its
   * capacitors hold the rails until the next step, so that whoever looks at the output between two
   * steps can end the card's program before it sees them fall.
   */
  void supplied(boolean given) {
    boolean fed = given || wasGiven;
    wasGiven = given;
    if (supplied != fed) {
      supplied = fed;
      settle();
    }
  }

  /** Rails are up or down, and measured, long before anything on the card runs. */
  private void settle() {
    drawn = watts();
    wire.locked(() -> rails(SETTLED_SECONDS));
  }

  void handle(boolean open) {
    handleOpen = open;
  }

  boolean handleOpen() {
    return handleOpen;
  }

  void load(double fraction) {
    this.load = fraction;
  }

  void force(OptionalDouble celsius) {
    forcedCelsius = celsius;
    show();
  }

  double watts() {
    return on && supplied
        ? settings.idleWatts() + load * (settings.fullWatts() - settings.idleWatts())
        : 0;
  }

  void advance(double seconds, double airCelsius, double flow, double heatingWatts) {
    double target = airCelsius + heatingWatts * DEGREES_PER_WATT / Math.pow(flow, FLOW_EXPONENT);
    celsius = ChassisPhysics.approach(celsius, target, seconds, TIME_CONSTANT_SECONDS);
    inletCelsius = airCelsius;
    drawn = heatingWatts;
    drift.advance(seconds);
    wire.locked(() -> {
      rails(seconds);
      processor.advance(seconds);
      inlet.advance(seconds);
      memory.advance(seconds);
    });
  }

  private void rails(double seconds) {
    boolean live = drawn > 0;
    rail12.draw(drawn, live, seconds);
    rail5.draw(drawn * 0.2, live, seconds);
    rail33.draw(drawn * 0.15, live, seconds);
  }

  /** One conversion of the sensor chips. */
  void show() {
    double shown = forcedCelsius.orElse(celsius + drift.value());
    wire.locked(() -> {
      sensor.convert(shown);
      // Who holds a heater to the card warms all of it.
      double own = forcedCelsius.isPresent() ? 0 : drawn;
      processor.convert(shown + own * PROCESSOR_DEGREES_PER_WATT);
      memory.convert(shown + own * MEMORY_DEGREES_PER_WATT);
      inlet.convert(inletCelsius + drift.value() / 2);
    });
  }
}
