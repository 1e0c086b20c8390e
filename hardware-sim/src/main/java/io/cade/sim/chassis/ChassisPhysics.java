package io.cade.sim.chassis;

import io.cade.agent.hw.ChassisBus;
import io.cade.agent.hw.FruBoardInfo;
import io.cade.sim.device.Eeprom24c02Model;
import io.cade.sim.device.Emc2305Model;
import io.cade.sim.device.FruImage;
import io.cade.sim.device.I2cWire;
import io.cade.sim.device.Lm75Model;
import io.cade.sim.device.Pca9555Model;
import io.cade.sim.pi4j.SimulatedBuses;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/**
 * The physics of one chassis: cards heat the air that the fans move; fans follow the duty of their
 * controller with inertia; what is pulled, broken or heated by a technician shows in the registers
 * of the chips, and only there.
 *
 * <p>No clock: {@link #advance} says how much time passed, and the same seed and calls give the
 * same registers. <b>One owner thread</b> makes all calls; it needs no lock against the drivers,
 * because the chips are written under the lock of their bus. A step of a full chassis takes about
 * 10 µs.
 */
public final class ChassisPhysics {

  /** Most that one {@link #advance} may cover. */
  public static final Duration MAX_ADVANCE = Duration.ofHours(1);

  private static final double STEP_SECONDS = 1;
  // 840 W in half the full air stream leave 14 °C warmer than they came.
  private static final double WATTS_PER_DEGREE_AT_FULL_FLOW = 120;
  // Convection: what still flows when no fan turns.
  private static final double NATURAL_FLOW = 0.1;
  private static final double OUTLET_TIME_CONSTANT_SECONDS = 15;
  private static final double FAN_TIME_CONSTANT_SECONDS = 2;
  private static final double LEAST_FAN_DRIVE = 0.15;
  private static final double STANDING_RPM = 30;
  // The controller's strap: half speed before any software runs.
  private static final int STRAPPED_DRIVE = 128;
  private static final double SEIZED = 0.6;

  private final ChassisSettings settings;
  private final I2cWire wire;
  private final Lm75Model inletSensor = new Lm75Model();
  private final Lm75Model outletSensor = new Lm75Model();
  private final Emc2305Model fanController = new Emc2305Model(STRAPPED_DRIVE);
  private final Pca9555Model expander = new Pca9555Model();
  private final Pca9555Model powerOutputs = new Pca9555Model();
  private final Pca9555Model handles = new Pca9555Model();
  private final Pca9555Model blueLeds = new Pca9555Model();
  private final Pca9555Model locateLeds = new Pca9555Model();
  private final PowerShelf supplies;
  private final Card[] cards;
  private final Drift inletDrift;
  private final Drift outletDrift;
  private final Drift[] fanDrift;
  private final double[] rpm = new double[ChassisBus.FANS + 1];
  private final boolean[] fanFailed = new boolean[ChassisBus.FANS + 1];
  // Share of the speed that a worn bearing has taken so far, and how much an hour takes.
  private final double[] wear = new double[ChassisBus.FANS + 1];
  private final double[] wearing = new double[ChassisBus.FANS + 1];
  private boolean powered = true;
  private double ambientCelsius;
  private double outletCelsius;

  private ChassisPhysics(
      SimulatedBuses buses,
      int chassis,
      ChassisSettings settings,
      FruBoardInfo inventory,
      RandomGenerator random) {
    this.settings = settings;
    this.ambientCelsius = settings.ambientCelsius();
    this.outletCelsius = settings.ambientCelsius();
    this.inletDrift = new Drift(random, settings.noiseCelsius());
    this.outletDrift = new Drift(random, settings.noiseCelsius());
    this.fanDrift = new Drift[ChassisBus.FANS + 1];
    // 0.3 % of the speed for each tenth of a degree of temperature drift: bearings and air are
    // never quite even.
    double fanDeviation = settings.fanMaxRpm() * settings.noiseCelsius() * 0.03;
    Arrays.setAll(fanDrift, fan -> new Drift(random, fanDeviation));
    this.wire =
        new I2cWire("chassis " + chassis + " I2C")
            .attach(ChassisBus.INLET_ADDRESS, inletSensor)
            .attach(ChassisBus.OUTLET_ADDRESS, outletSensor)
            .attach(ChassisBus.FAN_CONTROLLER_ADDRESS, fanController)
            .attach(ChassisBus.EXPANDER_ADDRESS, expander)
            .attach(ChassisBus.POWER_ADDRESS, powerOutputs)
            .attach(ChassisBus.HANDLE_ADDRESS, handles)
            .attach(ChassisBus.BLUE_LED_ADDRESS, blueLeds)
            .attach(ChassisBus.LOCATE_LED_ADDRESS, locateLeds)
            .attach(ChassisBus.INVENTORY_ADDRESS, new Eeprom24c02Model(FruImage.encode(inventory)));
    this.supplies = new PowerShelf(wire, expander, chassis, settings);
    buses.attach(SimulatedBuses.chassisBus(chassis), wire);
    this.cards = new Card[settings.slots() + 1];
    for (int slot = 1; slot <= settings.slots(); slot++) {
      cards[slot] = newCard(buses, chassis, slot, random);
    }
    for (int fan = 1; fan <= ChassisBus.FANS; fan++) {
      rpm[fan] = targetRpm(fan);
    }
    show();
  }

  private Card newCard(SimulatedBuses buses, int chassis, int slot, RandomGenerator random) {
    Card card = new Card("card " + chassis + "." + slot + " I2C", settings, random);
    buses.attach(SimulatedBuses.cardBus(chassis, slot), card.wire);
    return card;
  }

  /**
   * Builds an empty, powered chassis with its fans turning at half drive, and lays its bus and
   * those of its slots.
   *
   * @param chassis number, 1 to {@value SimulatedBuses#MAX_CHASSIS}; once per {@code buses}
   * @param inventory what the EEPROM of the chassis says
   * @param random the drift of the sensors; seed it and print the seed
   */
  public static ChassisPhysics attach(
      SimulatedBuses buses,
      int chassis,
      ChassisSettings settings,
      FruBoardInfo inventory,
      RandomGenerator random) {
    return new ChassisPhysics(buses, chassis, settings, inventory, random);
  }

  /**
   * A card is put in and switched on, without load; its bus comes alive and its presence line goes
   * low.
   *
   * @throws IllegalStateException if the slot is taken
   */
  public void insert(int slot, FruBoardInfo inventory) {
    Card card = card(slot);
    if (card.present()) {
      throw new IllegalStateException("slot " + slot + " has a card already: remove it first");
    }
    card.insert(FruImage.card(inventory, (int) settings.fullWatts()), powered, ambientCelsius);
    showPresence(slot, true);
    showHandle(slot);
  }

  /** The card is pulled; its bus falls silent. Nothing happens in an empty slot. */
  public void remove(int slot) {
    card(slot).remove();
    showPresence(slot, false);
    showHandle(slot);
  }

  /** The technician opens or closes the card's handle; nothing happens in an empty slot. */
  public void setHandle(int slot, boolean open) {
    card(slot).handle(open);
    showHandle(slot);
  }

  /** Whether the chassis gives the slot payload power: its enable output is not driven low. */
  public boolean slotPowered(int slot) {
    return wire.locked(() -> powerOutputs.pin(slot - 1));
  }

  /** Whether the blue LED of the slot is lit. */
  public boolean blueLed(int slot) {
    return wire.locked(() -> !blueLeds.pin(slot - 1));
  }

  /** Whether the locate LED of the slot is lit. */
  public boolean locateLed(int slot) {
    return wire.locked(() -> !locateLeds.pin(slot - 1));
  }

  /** The duty that the controller gives a fan (1 to 4), 0 to 1. */
  public double fanDrive(int fan) {
    return wire.locked(() -> fanController.drive(fan(fan)));
  }

  /**
   * The bearing of a fan (1 to 4) wears from now on: it loses so much of its speed an hour, turns
   * unevenly, and seizes when 60 % is gone.
   */
  public void wearFan(int fan, double sharePerHour) {
    if (!(sharePerHour >= 0)) {
      throw new IllegalArgumentException("wear must not be negative, got " + sharePerHour);
    }
    wearing[fan(fan)] = sharePerHour;
  }

  /** The card's power switch. Off, it makes no heat; its management bus stays alive. */
  public void setCardPower(int slot, boolean on) {
    card(slot).switchOn(on);
  }

  /** How busy the card is, 0 to 1. */
  public void setLoad(int slot, double fraction) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("load must be 0 to 1, got " + fraction);
    }
    card(slot).load(fraction);
  }

  /**
   * Holds the card's sensor at this temperature, from now on, until {@link #heatOff} or another
   * card.
   */
  public void heat(int slot, double celsius) {
    card(slot).force(OptionalDouble.of(celsius));
  }

  /** Lets the card's sensor go back to what the physics says. */
  public void heatOff(int slot) {
    card(slot).force(OptionalDouble.empty());
  }

  /** The bearing of a fan (1 to 4) seizes: it runs down to 0 rpm whatever its drive. */
  public void failFan(int fan) {
    fanFailed[fan(fan)] = true;
  }

  /** The fan (1 to 4) is replaced and runs up again. */
  public void repairFan(int fan) {
    fanFailed[fan(fan)] = false;
    wear[fan] = 0;
    wearing[fan] = 0;
  }

  /** A supply (1 or 2) reports bad power; the other carries the chassis. */
  public void failSupply(int supply) {
    supplies.fail(supply);
  }

  /** The supply (1 or 2) is good again. */
  public void repairSupply(int supply) {
    supplies.repair(supply);
  }

  /** Another supply (1 or 2) of so many watts is put in; it gives power 3 s later. */
  public void replaceSupply(int supply, int watts) {
    supplies.replace(supply, watts);
  }

  /**
   * Mains of the whole chassis. Off, every bus is silent and nothing makes heat; on again, all
   * chips have their power-on registers.
   */
  public void setPowered(boolean powered) {
    if (this.powered == powered) {
      return;
    }
    this.powered = powered;
    wire.setPowered(powered);
    for (int slot = 1; slot <= settings.slots(); slot++) {
      cards[slot].mains(powered);
    }
    if (powered) {
      show();
    }
  }

  /** Whether the chassis has mains. */
  public boolean isPowered() {
    return powered;
  }

  /** The air of the room. */
  public void setAmbient(double celsius) {
    ambientCelsius = celsius;
  }

  /**
   * Lets time pass, in steps of at most a second, and writes what the sensors then see.
   *
   * @param time zero or more, at most {@link #MAX_ADVANCE}
   */
  public void advance(Duration time) {
    if (time.isNegative() || time.compareTo(MAX_ADVANCE) > 0) {
      throw new IllegalArgumentException("advance by 0 to " + MAX_ADVANCE + ", got " + time);
    }
    double left = time.toNanos() / 1e9;
    while (left > 0) {
      double step = Math.min(left, STEP_SECONDS);
      step(step);
      show();
      left -= step;
    }
  }

  private void step(double seconds) {
    double flow = NATURAL_FLOW;
    for (int fan = 1; fan <= ChassisBus.FANS; fan++) {
      rpm[fan] = approach(rpm[fan], targetRpm(fan), seconds, FAN_TIME_CONSTANT_SECONDS);
      if (targetRpm(fan) == 0 && rpm[fan] < STANDING_RPM) {
        rpm[fan] = 0;
      }
      fanDrift[fan].advance(seconds);
      wear[fan] += wearing[fan] * seconds / 3600;
      if (wear[fan] >= SEIZED) {
        fanFailed[fan] = true;
      }
      flow += (1 - NATURAL_FLOW) * rpm[fan] / settings.fanMaxRpm() / ChassisBus.FANS;
    }
    double watts = 0;
    for (int slot = 1; slot <= settings.slots(); slot++) {
      cards[slot].supplied(slotPowered(slot));
      double heating = powered ? cards[slot].watts() : 0;
      watts += heating;
      cards[slot].advance(seconds, ambientCelsius, flow, heating);
    }
    supplies.advance(watts, outletCelsius, powered, seconds);
    wire.locked(() -> fanController.advance(seconds));
    double outletTarget = ambientCelsius + watts / (WATTS_PER_DEGREE_AT_FULL_FLOW * flow);
    outletCelsius = approach(outletCelsius, outletTarget, seconds, OUTLET_TIME_CONSTANT_SECONDS);
    inletDrift.advance(seconds);
    outletDrift.advance(seconds);
  }

  /**
   * What the good supplies can give at present: above 50 °C of leaving air each loses 2.5 % of its
   * capacity per degree, as its inventory says.
   */
  public double availableWatts() {
    return supplies.availableWatts(powered);
  }

  private void show() {
    wire.locked(() -> {
      inletSensor.convert(ambientCelsius + inletDrift.value());
      outletSensor.convert(outletCelsius + outletDrift.value());
      for (int fan = 1; fan <= ChassisBus.FANS; fan++) {
        // A worn bearing rumbles: its speed wanders ever more.
        double turning =
            rpm[fan] == 0 ? 0 : rpm[fan] + fanDrift[fan].value() * (1 + 40 * wear[fan]);
        fanController.measure(fan, turning);
      }
    });
    for (int slot = 1; slot <= settings.slots(); slot++) {
      cards[slot].show();
    }
  }

  private double targetRpm(int fan) {
    if (!powered || fanFailed[fan]) {
      return 0;
    }
    double drive = wire.locked(() -> fanController.drive(fan));
    return drive < LEAST_FAN_DRIVE ? 0 : drive * settings.fanMaxRpm() * (1 - wear[fan]);
  }

  private void showHandle(int slot) {
    boolean open = !card(slot).present() || card(slot).handleOpen();
    wire.locked(() -> handles.setPin(slot - 1, open));
  }

  private void showPresence(int slot, boolean present) {
    wire.locked(() -> expander.setPin(slot - 1, !present));
  }

  private Card card(int slot) {
    if (slot < 1 || slot > settings.slots()) {
      throw new IllegalArgumentException(
          "this chassis has slots 1 to " + settings.slots() + ", got " + slot);
    }
    return cards[slot];
  }

  private static int fan(int fan) {
    if (fan < 1 || fan > ChassisBus.FANS) {
      throw new IllegalArgumentException(
          "a chassis has fans 1 to " + ChassisBus.FANS + ", got " + fan);
    }
    return fan;
  }

  /** First-order lag, exact for any step and therefore stable. */
  static double approach(double value, double target, double seconds, double timeConstantSeconds) {
    return target + (value - target) * Math.exp(-seconds / timeConstantSeconds);
  }
}
