package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeFanTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param fan number of the fan, 1 to 999: second part of the index
 * @param name as alarms name it
 * @param state its state
 * @param rpm revolutions per minute, 0 if it stands or is not read
 * @param dutyPercent how hard it is driven, -1 if unknown
 * @param fault what the controller says of it, empty if nothing
 * @param lastUpdate when it was read last
 */
public record FanRow(
    int chassis,
    int fan,
    String name,
    UnitState state,
    int rpm,
    int dutyPercent,
    String fault,
    @Nullable Instant lastUpdate) {
  public FanRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("fan", fan, 1, Checks.MAX_POSITION);
    Checks.range("rpm", rpm, 0, Integer.MAX_VALUE);
    Checks.range("dutyPercent", dutyPercent, -1, 100);
  }
}
