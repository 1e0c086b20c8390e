package io.cade.agent.hw;

import com.pi4j.context.Context;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A card's own management bus (SPEC C1, C5), read by the agent of that card. On it:
 *
 * <ul>
 *   <li>LM75 at 0x48 on the board; TMP102 at 0x49 (processor), 0x4a (air inlet), 0x4b (memory);
 *   <li>INA226 at 0x40 (12 V, 5 mΩ), 0x41 (5 V, 10 mΩ) and 0x44 (3.3 V, 10 mΩ);
 *   <li>24C02 at 0x50, the card's inventory.
 * </ul>
 *
 * <p>Thread-safe: one lock, held for one call. A call takes as long as its transfers (about 6 ms
 * for all readings at 100 kHz, the inventory 25 ms); nothing is read unless asked, and no call
 * throws because of the bus. Close it to give the addresses back to the context.
 */
public final class CardBus implements AutoCloseable {

  public static final int TEMPERATURE_ADDRESS = 0x48;
  public static final int PROCESSOR_ADDRESS = 0x49;
  public static final int INLET_ADDRESS = 0x4a;
  public static final int MEMORY_ADDRESS = 0x4b;
  public static final int RAIL_12V_ADDRESS = 0x40;
  public static final int RAIL_5V_ADDRESS = 0x41;
  public static final int RAIL_3V3_ADDRESS = 0x44;
  public static final int INVENTORY_ADDRESS = 0x50;

  /** Ohms of the shunt in each rail, in the order 12 V, 5 V, 3.3 V. */
  public static final List<Double> SHUNTS = List.of(0.005, 0.010, 0.010);

  private final InstantSource clock;
  private final Lm75 temperature;
  private final Tmp102 processor;
  private final Tmp102 inlet;
  private final Tmp102 memory;
  private final Ina226 rail12;
  private final Ina226 rail5;
  private final Ina226 rail33;
  private final Eeprom24c02 inventory;
  private final ReentrantLock lock = new ReentrantLock();

  private CardBus(Context context, int bus, InstantSource clock) {
    this.clock = clock;
    this.temperature = new Lm75(context, bus, TEMPERATURE_ADDRESS, Lm75.Variant.LM75B);
    this.processor = new Tmp102(context, bus, PROCESSOR_ADDRESS);
    this.inlet = new Tmp102(context, bus, INLET_ADDRESS);
    this.memory = new Tmp102(context, bus, MEMORY_ADDRESS);
    this.rail12 = new Ina226(context, bus, RAIL_12V_ADDRESS, SHUNTS.get(0), 12);
    this.rail5 = new Ina226(context, bus, RAIL_5V_ADDRESS, SHUNTS.get(1), 8);
    this.rail33 = new Ina226(context, bus, RAIL_3V3_ADDRESS, SHUNTS.get(2), 8);
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
  public static CardBus open(Context context, int bus, InstantSource clock) {
    return new CardBus(context, bus, clock);
  }

  /**
   * Reads every sensor of the card: {@code board.temperature}, {@code cpu.temperature}, {@code
   * inlet.temperature}, {@code memory.temperature}, then {@code .volts}, {@code .amperes} and
   * {@code .watts} of {@code rail.12v}, {@code rail.5v} and {@code rail.3v3}. Always the same names
   * in the same order.
   */
  public List<Reading> readings() {
    lock.lock();
    try {
      List<Reading> readings = new ArrayList<>();
      readings.add(celsius("board.temperature", temperature::temperatureCelsius));
      readings.add(celsius("cpu.temperature", processor::temperatureCelsius));
      readings.add(celsius("inlet.temperature", inlet::temperatureCelsius));
      readings.add(celsius("memory.temperature", memory::temperatureCelsius));
      Sensors.rail("rail.12v", rail12, clock.instant(), readings);
      Sensors.rail("rail.5v", rail5, clock.instant(), readings);
      Sensors.rail("rail.3v3", rail33, clock.instant(), readings);
      return List.copyOf(readings);
    } finally {
      lock.unlock();
    }
  }

  private Reading celsius(String name, Sensors.Measurement measurement) {
    return Sensors.read(name, SensorType.CELSIUS, clock.instant(), measurement);
  }

  /** Everything that the inventory tells, the power that the card may draw included. */
  public FruAreas.Result wholeInventory() {
    lock.lock();
    try {
      return Sensors.areas(inventory);
    } finally {
      lock.unlock();
    }
  }

  /** Reads and decodes the inventory, with the cause when it is not usable. */
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

  @Override
  public void close() {
    lock.lock();
    try {
      temperature.close();
      processor.close();
      inlet.close();
      memory.close();
      rail12.close();
      rail5.close();
      rail33.close();
      inventory.close();
    } finally {
      lock.unlock();
    }
  }
}
