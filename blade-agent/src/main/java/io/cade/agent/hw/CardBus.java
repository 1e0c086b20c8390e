package io.cade.agent.hw;

import com.pi4j.context.Context;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A card's own management bus (SPEC C1, C5): LM75 at 0x48, inventory EEPROM at 0x50. The agent of
 * that card reads it.
 *
 * <p>Thread-safe: one lock, held for one call. A call takes as long as its transfers (about 1 ms
 * per chip at 100 kHz, the inventory 25 ms); nothing is read unless asked, and no call throws
 * because of the bus. Close it to give the addresses back to the context.
 */
public final class CardBus implements AutoCloseable {

  public static final int TEMPERATURE_ADDRESS = 0x48;
  public static final int INVENTORY_ADDRESS = 0x50;

  private final InstantSource clock;
  private final Lm75 temperature;
  private final Eeprom24c02 inventory;
  private final ReentrantLock lock = new ReentrantLock();

  private CardBus(InstantSource clock, Lm75 temperature, Eeprom24c02 inventory) {
    this.clock = clock;
    this.temperature = temperature;
    this.inventory = inventory;
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
    return new CardBus(
        clock,
        new Lm75(context, bus, TEMPERATURE_ADDRESS, Lm75.Variant.LM75B),
        new Eeprom24c02(context, bus, INVENTORY_ADDRESS));
  }

  /** Reads every sensor of the card: {@code board.temperature}. */
  public List<Reading> readings() {
    lock.lock();
    try {
      return List.of(
          Sensors.read(
              "board.temperature",
              SensorType.CELSIUS,
              clock.instant(),
              temperature::temperatureCelsius));
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
      inventory.close();
    } finally {
      lock.unlock();
    }
  }
}
