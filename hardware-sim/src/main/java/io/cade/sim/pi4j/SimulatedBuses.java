package io.cade.sim.pi4j;

import com.pi4j.context.Context;
import com.pi4j.context.ContextBuilder;
import io.cade.sim.device.I2cWire;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All management buses of a simulated cabinet in one process, and the Pi4J context that reaches
 * them.
 *
 * <p>Bus numbers can be read: chassis × 100 is the bus of the chassis, chassis × 100 + slot that of
 * a card's own board. The bus of a chassis is wired to every slot, and a Pi4J context lets each bus
 * and address be opened only once; so each card has its own number for it, {@link #chassisBus(int,
 * int)}, as each real card has its own {@code /dev/i2c-N}, and all these numbers lead to the same
 * wire.
 *
 * <p>Thread-safe. Limits: chassis 1 to {@value #MAX_CHASSIS}, slots 1 to {@value #MAX_SLOT}. A
 * context scans nothing and starts no thread. Pi4J's loggers under {@code com.pi4j} tell of every
 * context at INFO and of the missing Raspberry Pi at ERROR: switch them down.
 */
public final class SimulatedBuses implements AutoCloseable {

  public static final int MAX_CHASSIS = 99;
  public static final int MAX_SLOT = 99;

  private static final int SEEN_FROM_CARD = 10_000;

  private final Map<Integer, I2cWire> wires = new ConcurrentHashMap<>();
  private final Context shared = newContext();

  /** The context of this object; shut down by {@link #close()}. */
  public Context context() {
    return shared;
  }

  /**
   * Another context on the same wires, for an agent that shuts its context down itself ({@link
   * Context#shutdown()}). It costs about a third of a millisecond; most simulations need only
   * {@link #context()}.
   */
  public Context newContext() {
    // Not Pi4J.newContextBuilder(): that one logs a banner each time.
    return ContextBuilder.newInstance()
        .noAutoDetect()
        .noAutoInject()
        .disableShutdownHook()
        .add(new SimulatedI2cProvider(this::lookUp))
        .build();
  }

  /** The bus number of a card's own board. */
  public static int cardBus(int chassis, int slot) {
    if (slot < 1 || slot > MAX_SLOT) {
      throw new IllegalArgumentException("slot must be 1 to " + MAX_SLOT + ", got " + slot);
    }
    return chassisBus(chassis) + slot;
  }

  /** The bus of the chassis by the number that the card in this slot has for it. */
  public static int chassisBus(int chassis, int slot) {
    return SEEN_FROM_CARD + cardBus(chassis, slot);
  }

  /** The bus number of a chassis, for whoever is not a card in it. */
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
   * @throws IllegalArgumentException if the number is taken or outside the scheme above
   */
  public void attach(int bus, I2cWire wire) {
    if (bus < 100 || bus >= SEEN_FROM_CARD) {
      throw new IllegalArgumentException("bus numbers are chassis * 100 + slot, got " + bus);
    }
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
    I2cWire wire = lookUp(bus);
    if (wire == null) {
      throw new IllegalArgumentException("there is no simulated I2C bus " + bus);
    }
    return wire;
  }

  private @Nullable I2cWire lookUp(int bus) {
    return wires.get(bus > SEEN_FROM_CARD ? (bus - SEEN_FROM_CARD) / 100 * 100 : bus);
  }

  @Override
  public void close() {
    shared.shutdown();
  }
}
