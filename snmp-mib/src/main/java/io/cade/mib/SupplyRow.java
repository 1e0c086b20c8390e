package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeSupplyTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param supply number of the supply, 1 to 999: second part of the index
 * @param name as alarms name it
 * @param state its state
 * @param serialNumber empty if unknown
 * @param capacityWatts that it may give, 0 if unknown
 * @param milliwatts that it gives, 0 if not measured
 * @param millivolts 0 if not measured
 * @param milliamperes 0 if not measured
 * @param lastUpdate when it was read last
 */
public record SupplyRow(
    int chassis,
    int supply,
    String name,
    UnitState state,
    String serialNumber,
    int capacityWatts,
    long milliwatts,
    int millivolts,
    int milliamperes,
    @Nullable Instant lastUpdate) {
  public SupplyRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("supply", supply, 1, Checks.MAX_POSITION);
    Checks.range("capacityWatts", capacityWatts, 0, Integer.MAX_VALUE);
    Checks.range("milliwatts", milliwatts, 0, Checks.MAX_UNSIGNED32);
  }

  /** What it gives of what it may give, in percent; -1 if one of them is unknown. */
  public int loadPercent() {
    return capacityWatts == 0 || milliwatts == 0
        ? -1
        : (int) Math.min(1000, milliwatts / (capacityWatts * 10L));
  }
}
