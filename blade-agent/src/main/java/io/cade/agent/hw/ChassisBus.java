package io.cade.agent.hw;

import com.pi4j.context.Context;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The management bus of a chassis (SPEC C5), read by the one card that is elected for it (C6). On
 * it:
 *
 * <ul>
 *   <li>LM75 at 0x48 (air inlet) and 0x49 (outlet);
 *   <li>EMC2305 at 0x2e with fans 1 to 4;
 *   <li>PCA9555 at 0x20: bits 0 to 13 are the presence of slots 1 to 14, bits 14 and 15 power-good
 *       of supplies 1 and 2; all active low with pull-ups, so that a missing card or supply reads
 *       1;
 *   <li>PCA9555 at 0x21: outputs, low cuts the power of slots 1 to 14; at 0x22: inputs, high (the
 *       switch lets go) is an open handle; at 0x23: outputs, low lights the blue LED; at 0x24:
 *       outputs, low lights the locate LED. Pins nobody has set are inputs with pull-ups, which
 *       gives power and lights nothing;
 *   <li>INA226 at 0x40 and 0x41 (0.5 mΩ) at the outputs of supplies 1 and 2, whose inventories are
 *       24C02 at 0x50 and 0x51;
 *   <li>24C02 at 0x57, the chassis inventory.
 * </ul>
 *
 * <p>Thread-safe: one lock, held for one call. Several cards are masters on this bus; each transfer
 * is complete in itself, so a card that takes over mid-reading does no harm. No call but those that
 * set something throws because of the bus. Close it to give the addresses back to the context.
 */
public final class ChassisBus implements AutoCloseable {

  public static final int SLOTS = 14;
  public static final int FANS = 4;
  public static final int SUPPLIES = 2;
  public static final int INLET_ADDRESS = 0x48;
  public static final int OUTLET_ADDRESS = 0x49;
  public static final int FAN_CONTROLLER_ADDRESS = 0x2e;
  public static final int EXPANDER_ADDRESS = 0x20;
  public static final int POWER_ADDRESS = 0x21;
  public static final int HANDLE_ADDRESS = 0x22;
  public static final int BLUE_LED_ADDRESS = 0x23;
  public static final int LOCATE_LED_ADDRESS = 0x24;
  public static final int SUPPLY_MONITOR_ADDRESS = 0x40;
  public static final int SUPPLY_INVENTORY_ADDRESS = 0x50;
  public static final int INVENTORY_ADDRESS = 0x57;

  /** Ohms of the shunt at each supply's output. */
  public static final double SUPPLY_SHUNT = 0.0005;

  /** Bits of the slots. */
  private static final int ALL_SLOTS = (1 << SLOTS) - 1;

  /**
   * What the controller says of one fan.
   *
   * @param drive duty, 0 to 1
   */
  public record Fan(
      int number, double drive, boolean stalled, boolean spinFailed, boolean driveFailed) {}

  /**
   * One supply.
   *
   * @param serial of its inventory, empty when unknown
   * @param capacityWatts that it may give, 0 when unknown
   * @param availableWatts of that, in air as warm as it is
   */
  public record Supply(
      int number, boolean good, String serial, int capacityWatts, int availableWatts) {}

  private final InstantSource clock;
  private final Lm75 inlet;
  private final Lm75 outlet;
  private final Emc2305 fans;
  private final Pca9555 expander;
  private final Pca9555 power;
  private final Pca9555 handles;
  private final Pca9555 blueLeds;
  private final Pca9555 locateLeds;
  private final List<Ina226> monitors = new ArrayList<>();
  private final SupplyInventories supplies;
  private final Eeprom24c02 inventory;
  private final ReentrantLock lock = new ReentrantLock();

  private ChassisBus(Context context, int bus, InstantSource clock) {
    this.clock = clock;
    this.inlet = new Lm75(context, bus, INLET_ADDRESS, Lm75.Variant.LM75B);
    this.outlet = new Lm75(context, bus, OUTLET_ADDRESS, Lm75.Variant.LM75B);
    this.fans = new Emc2305(context, bus, FAN_CONTROLLER_ADDRESS);
    this.expander = new Pca9555(context, bus, EXPANDER_ADDRESS);
    this.power = new Pca9555(context, bus, POWER_ADDRESS);
    this.handles = new Pca9555(context, bus, HANDLE_ADDRESS);
    this.blueLeds = new Pca9555(context, bus, BLUE_LED_ADDRESS);
    this.locateLeds = new Pca9555(context, bus, LOCATE_LED_ADDRESS);
    for (int i = 0; i < SUPPLIES; i++) {
      monitors.add(new Ina226(context, bus, SUPPLY_MONITOR_ADDRESS + i, SUPPLY_SHUNT, 150));
    }
    this.supplies = new SupplyInventories(context, bus);
    this.inventory = new Eeprom24c02(context, bus, INVENTORY_ADDRESS);
  }

  /**
   * Prepares the drivers; a bus that is not there shows as unavailable readings, not here.
   *
   * @param context whose I2C provider reaches the bus; a context allows one opener per bus and
   *     address
   * @param bus the provider's number of the bus
   * @param clock stamps the readings
   */
  public static ChassisBus open(Context context, int bus, InstantSource clock) {
    return new ChassisBus(context, bus, clock);
  }

  /**
   * Reads every sensor of the chassis: {@code inlet.temperature}, {@code outlet.temperature},
   * {@code fan.1} to {@code fan.4} (rpm, 0 = stands), {@code supply.1} and {@code supply.2} (1 =
   * power good), then {@code .volts}, {@code .amperes} and {@code .watts} of both supplies. Always
   * the same names in the same order.
   */
  public List<Reading> readings() {
    lock.lock();
    try {
      List<Reading> readings = new ArrayList<>();
      readings.add(
          Sensors.read(
              "inlet.temperature", SensorType.CELSIUS, clock.instant(), inlet::temperatureCelsius));
      readings.add(
          Sensors.read(
              "outlet.temperature",
              SensorType.CELSIUS,
              clock.instant(),
              outlet::temperatureCelsius));
      for (int i = 1; i <= FANS; i++) {
        int fan = i;
        readings.add(
            Sensors.read("fan." + fan, SensorType.RPM, clock.instant(), () -> fans.rpm(fan)));
      }
      readings.addAll(powerGood());
      for (int supply = 1; supply <= SUPPLIES; supply++) {
        Sensors.rail("supply." + supply, monitors.get(supply - 1), clock.instant(), readings);
      }
      return List.copyOf(readings);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Slots (1 to 14) in which a card sits, read-only; empty if the expander cannot be read. That is
   * not the same as an empty set: a silent chip must not look like fourteen pulled cards. The cause
   * is in the {@code supply.*} readings, which come from the same chip.
   */
  public Optional<SortedSet<Integer>> presentSlots() {
    lock.lock();
    try {
      return Optional.of(slots(~expander.inputs()));
    } catch (BusException e) {
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Slots whose handle switch is open, read-only; an empty slot has no handle and counts as open.
   * Empty if the expander cannot be read.
   */
  public Optional<SortedSet<Integer>> openHandles() {
    lock.lock();
    try {
      return Optional.of(slots(handles.inputs()));
    } catch (BusException e) {
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Power outputs and LEDs as the expanders hold them; empty if one of them cannot be read. */
  public Optional<SlotOutputs> outputs() {
    lock.lock();
    try {
      return Optional.of(new SlotOutputs(low(power), low(blueLeds), low(locateLeds)));
    } catch (BusException e) {
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sets power outputs and LEDs, and reads them back. LEDs first: who cuts the power of the card it
   * runs on gets no further.
   *
   * @throws BusException when an expander did not take it
   */
  public void setOutputs(SlotOutputs outputs) throws BusException {
    lock.lock();
    try {
      drive(locateLeds, outputs.locate());
      drive(blueLeds, outputs.blue());
      drive(power, outputs.poweredOff());
    } finally {
      lock.unlock();
    }
  }

  /** What is driven low: latches of pins that are outputs. */
  private static int low(Pca9555 expander) throws BusException {
    return ~expander.outputs() & ~expander.inputPins() & ALL_SLOTS;
  }

  private static void drive(Pca9555 expander, int low) throws BusException {
    if (low(expander) != low || (expander.inputPins() & ALL_SLOTS) != 0) {
      // Latches before directions: a pin must not show what it held before.
      expander.setOutputs(~low & 0xffff);
      expander.setInputPins(~ALL_SLOTS & 0xffff);
      if (low(expander) != low) {
        throw new BusException(expander + " does not hold what was written");
      }
    }
  }

  private static SortedSet<Integer> slots(int bits) {
    SortedSet<Integer> slots = new TreeSet<>();
    for (int slot = 1; slot <= SLOTS; slot++) {
      if ((bits >> (slot - 1) & 1) != 0) {
        slots.add(slot);
      }
    }
    return Collections.unmodifiableSortedSet(slots);
  }

  /**
   * Duty and faults of the fans; empty when the controller cannot be read. Reading clears faults
   * that are over, so there must be only one asker.
   */
  public List<Fan> fans() {
    lock.lock();
    try {
      BitSet stalled = fans.stalled();
      BitSet spin = fans.spinFailed();
      BitSet drive = fans.driveFailed();
      List<Fan> all = new ArrayList<>();
      for (int fan = 1; fan <= FANS; fan++) {
        all.add(new Fan(fan, fans.drive(fan), stalled.get(fan), spin.get(fan), drive.get(fan)));
      }
      return List.copyOf(all);
    } catch (BusException e) {
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Drives all fans and sees to it that the controller's watchdog is on: when this is not repeated
   * within 4 s, all fans go to full speed.
   *
   * @param fraction 0 (off) to 1
   * @throws BusException if the controller did not take it
   */
  public void driveFans(double fraction) throws BusException {
    lock.lock();
    try {
      for (int fan = 1; fan <= FANS; fan++) {
        fans.setDrive(fan, fraction);
      }
      fans.setWatchdog(true);
    } finally {
      lock.unlock();
    }
  }

  /** The supplies with what their inventories say; empty when the expander cannot be read. */
  public List<Supply> supplies() {
    lock.lock();
    try {
      return supplies.look(expander.inputs() >> SLOTS, airAtSupplies(), clock.instant());
    } catch (BusException e) {
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  /** The supplies sit in the leaving air; empty when it cannot be measured. */
  private OptionalDouble airAtSupplies() {
    try {
      return OptionalDouble.of(outlet.temperatureCelsius());
    } catch (BusException e) {
      return OptionalDouble.empty();
    }
  }

  /** Reads and decodes the inventory of the chassis, with the cause when it is not usable. */
  public FruResult inventoryResult() {
    lock.lock();
    try {
      return Sensors.inventory(inventory);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads the inventory; empty when it cannot be read or trusted ({@link #inventoryResult()} says
   * why).
   */
  public Optional<FruBoardInfo> inventory() {
    return Sensors.boardInfo(inventoryResult());
  }

  /**
   * Sets the PWM duty of a fan.
   *
   * @param fan 1 to 4
   * @param fraction 0 (off) to 1
   * @throws BusException if the controller did not take it; the fan then keeps its drive
   */
  public void setFanDrive(int fan, double fraction) throws BusException {
    if (fan < 1 || fan > FANS) {
      throw new IllegalArgumentException("a chassis has fans 1 to " + FANS + ", got " + fan);
    }
    lock.lock();
    try {
      fans.setDrive(fan, fraction);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      inlet.close();
      outlet.close();
      fans.close();
      expander.close();
      power.close();
      handles.close();
      blueLeds.close();
      locateLeds.close();
      monitors.forEach(Ina226::close);
      supplies.close();
      inventory.close();
    } finally {
      lock.unlock();
    }
  }

  private List<Reading> powerGood() {
    Instant at = clock.instant();
    List<Reading> readings = new ArrayList<>(SUPPLIES);
    for (int supply = 1; supply <= SUPPLIES; supply++) {
      int bit = SLOTS + supply - 1;
      readings.add(
          Sensors.read(
              "supply." + supply,
              SensorType.TRUTHVALUE,
              at,
              () -> (expander.inputs() >> bit & 1) == 0 ? 1.0 : 0.0));
    }
    return readings;
  }
}
