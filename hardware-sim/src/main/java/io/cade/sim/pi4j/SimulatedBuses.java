package io.cade.sim.pi4j;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import io.cade.sim.device.I2cWire;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All management buses of a simulated cabinet in one process, and the Pi4J contexts that reach
 * them.
 *
 * <p>Bus numbers can be read: chassis × 100 is the bus of the chassis, chassis × 100 + slot that of
 * a card. {@link #context()} is one context for everything; since a context lets each bus and
 * address be opened only once, a simulation in which several cards may read the bus of their
 * chassis takes one {@link #newContext()} per card, all on the same wires, as each real card has
 * its own.
 *
 * <p>Thread-safe. Limits: chassis 1 to {@value #MAX_CHASSIS}, slots 1 to {@value #MAX_SLOT}.
 * Contexts scan nothing, print nothing and start no thread; close them (the shared one by {@link
 * #close()}).
 */
public final class SimulatedBuses implements AutoCloseable {

  public static final int MAX_CHASSIS = 99;
  public static final int MAX_SLOT = 99;

  private final Map<Integer, I2cWire> wires = new ConcurrentHashMap<>();
  private final Context shared = newContext();

  /** The context of this object; shut down by {@link #close()}. */
  public Context context() {
    return shared;
  }

  /** Another context on the same wires; the caller shuts it down ({@link Context#shutdown()}). */
  public Context newContext() {
    return Pi4J.newContextBuilder()
        .noAutoDetect()
        .noAutoInject()
        .disableShutdownHook()
        .add(new SimulatedI2cProvider(wires::get))
        .build();
  }

  /** The bus number of a card's own board. */
  public static int cardBus(int chassis, int slot) {
    if (slot < 1 || slot > MAX_SLOT) {
      throw new IllegalArgumentException("slot must be 1 to " + MAX_SLOT + ", got " + slot);
    }
    return chassisBus(chassis) + slot;
  }

  /** The bus number of a chassis. */
  public static int chassisBus(int chassis) {
    if (chassis < 1 || chassis > MAX_CHASSIS) {
      throw new IllegalArgumentException(
          "chassis must be 1 to " + MAX_CHASSIS + ", got " + chassis);
    }
    return chassis * 100;
  }

  /**
   * Lays a bus.
   *
   * @throws IllegalArgumentException if the number is taken
   */
  public void attach(int bus, I2cWire wire) {
    if (wires.putIfAbsent(bus, wire) != null) {
      throw new IllegalArgumentException("I2C bus " + bus + " exists already");
    }
  }

  /**
   * The wire of a bus, to inject faults.
   *
   * @throws IllegalArgumentException if there is no such bus
   */
  public I2cWire wire(int bus) {
    I2cWire wire = wires.get(bus);
    if (wire == null) {
      throw new IllegalArgumentException("there is no simulated I2C bus " + bus);
    }
    return wire;
  }

  @Override
  public void close() {
    shared.shutdown();
  }
}
