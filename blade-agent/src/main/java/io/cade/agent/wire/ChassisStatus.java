package io.cade.agent.wire;

import java.util.List;

/**
 * What the elected card of a chassis reads from the chassis bus (SPEC C6).
 *
 * @param presentSlots slots whose presence contact is closed, ascending
 * @param readings temperatures and fans of the chassis; at most 64
 */
public record ChassisStatus(int chassis, List<Integer> presentSlots, List<SensorReading> readings) {
  public ChassisStatus {
    Limits.range("chassis", chassis, 1, CardPosition.MAX_CHASSIS);
    presentSlots = Limits.list("presentSlots", presentSlots, CardPosition.MAX_SLOT);
    readings = Limits.list("readings", readings, 64);
  }
}
