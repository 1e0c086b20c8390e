package io.cade.agent.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the elected card of a chassis reads from the chassis bus (SPEC C6). Fields after {@code
 * readings} may be absent: an older agent does not know them.
 *
 * @param presentSlots slots whose presence contact is closed, ascending
 * @param readings temperatures, fans and supplies of the chassis; at most 64
 * @param openHandles slots whose handle switch is open, ascending
 * @param outputs power outputs and LEDs as they are set; null when the expanders cannot be read
 * @param fans what the controller says of each fan
 * @param supplies each power supply
 * @param fanControl what the fans are driven by, for people: {@code automatic}, {@code full speed:
 *     …}; empty when unknown
 */
public record ChassisStatus(
    int chassis,
    List<Integer> presentSlots,
    List<SensorReading> readings,
    List<Integer> openHandles,
    @Nullable ChassisOutputs outputs,
    List<FanStatus> fans,
    List<SupplyStatus> supplies,
    String fanControl) {
  public ChassisStatus {
    Limits.range("chassis", chassis, 1, CardPosition.MAX_CHASSIS);
    presentSlots = Limits.list("presentSlots", presentSlots, CardPosition.MAX_SLOT);
    readings = Limits.list("readings", readings, 64);
    openHandles =
        openHandles == null
            ? List.of()
            : Limits.list("openHandles", openHandles, CardPosition.MAX_SLOT);
    fans = fans == null ? List.of() : Limits.list("fans", fans, 8);
    supplies = supplies == null ? List.of() : Limits.list("supplies", supplies, 4);
    fanControl = fanControl == null ? "" : Limits.text("fanControl", fanControl, 256);
  }

  /** Presence and readings only. */
  public ChassisStatus(int chassis, List<Integer> presentSlots, List<SensorReading> readings) {
    this(chassis, presentSlots, readings, List.of(), null, List.of(), List.of(), "");
  }
}
