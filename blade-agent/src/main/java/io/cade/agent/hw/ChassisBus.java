package io.cade.agent.hw;

import com.pi4j.context.Context;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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
 *   <li>24C02 at 0x57, the chassis inventory.
 * </ul>
 *
 * <p>Thread-safe: one lock, held for one call. Several cards are masters on this bus; each transfer
 * is complete in itself, so a card that takes over mid-reading does no harm. No call but {@link
 * #setFanDrive} throws because of the bus. Close it to give the addresses back to the context.
 */
public final class ChassisBus implements AutoCloseable {

  public static final int SLOTS = 14;
  public static final int FANS = 4;
  public static final int SUPPLIES = 2;
  public static final int INLET_ADDRESS = 0x48;
  public static final int OUTLET_ADDRESS = 0x49;
  public static final int FAN_CONTROLLER_ADDRESS = 0x2e;
  public static final int EXPANDER_ADDRESS = 0x20;
  public static final int INVENTORY_ADDRESS = 0x57;

  private final InstantSource clock;
  private final Lm75 inlet;
  private final Lm75 outlet;
  private final Emc2305 fans;
  private final Pca9555 expander;
  private final Eeprom24c02 inventory;
  private final ReentrantLock lock = new ReentrantLock();

  private ChassisBus(Context context, int bus, InstantSource clock) {
    this.clock = clock;
    this.inlet = new Lm75(context, bus, INLET_ADDRESS, Lm75.Variant.LM75B);
    this.outlet = new Lm75(context, bus, OUTLET_ADDRESS, Lm75.Variant.LM75B);
    this.fans = new Emc2305(context, bus, FAN_CONTROLLER_ADDRESS);
    this.expander = new Pca9555(context, bus, EXPANDER_ADDRESS);
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
   * power good). Always the same names in the same order.
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
      readings.addAll(supplies());
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
      int levels = expander.inputs();
      SortedSet<Integer> slots = new TreeSet<>();
      for (int slot = 1; slot <= SLOTS; slot++) {
        if ((levels >> (slot - 1) & 1) == 0) {
          slots.add(slot);
        }
      }
      return Optional.of(Collections.unmodifiableSortedSet(slots));
    } catch (BusException e) {
      return Optional.empty();
    } finally {
      lock.unlock();
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
      inventory.close();
    } finally {
      lock.unlock();
    }
  }

  private List<Reading> supplies() {
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
