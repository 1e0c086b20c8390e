package io.cade.agent.wire;

import org.jspecify.annotations.Nullable;

/**
 * One power supply; what it gives at the moment is in the readings {@code supply.N.volts}, {@code
 * .amperes} and {@code .watts}.
 *
 * @param number 1 to 4
 * @param good whether its power-good contact is closed
 * @param serial from its inventory, empty when that cannot be read
 * @param capacityWatts that it may give, from the multirecord area of its inventory; 0 when unknown
 * @param availableWatts of that, in air as warm as it is; null from an agent that does not know it
 */
public record SupplyStatus(
    int number, boolean good, String serial, int capacityWatts, @Nullable Integer availableWatts) {
  private static final int MOST_WATTS = 100_000;

  public SupplyStatus {
    Limits.range("number", number, 1, 4);
    Limits.text("serial", serial, 64);
    Limits.range("capacityWatts", capacityWatts, 0, MOST_WATTS);
    if (availableWatts != null) {
      Limits.range("availableWatts", availableWatts, 0, MOST_WATTS);
    }
  }

  /** A supply that gives all it may. */
  public SupplyStatus(int number, boolean good, String serial, int capacityWatts) {
    this(number, good, serial, capacityWatts, null);
  }

  /** What can be counted on: less than its capacity in warm air; 0 when unknown, or nothing. */
  public int usableWatts() {
    return availableWatts == null ? capacityWatts : Math.min(availableWatts, capacityWatts);
  }
}
