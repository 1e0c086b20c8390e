package io.cade.agent.wire;

/**
 * One power supply; what it gives at the moment is in the readings {@code supply.N.volts}, {@code
 * .amperes} and {@code .watts}.
 *
 * @param number 1 to 4
 * @param good whether its power-good contact is closed
 * @param serial from its inventory, empty when that cannot be read
 * @param capacityWatts that it may give, from the multirecord area of its inventory; 0 when unknown
 */
public record SupplyStatus(int number, boolean good, String serial, int capacityWatts) {
  public SupplyStatus {
    Limits.range("number", number, 1, 4);
    Limits.text("serial", serial, 64);
    Limits.range("capacityWatts", capacityWatts, 0, 100_000);
  }
}
