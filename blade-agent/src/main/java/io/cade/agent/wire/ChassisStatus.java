package io.cade.agent.wire;

import java.time.Duration;
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
 * @param ageMillis how long ago the reading began when this was sent: between two rounds the last
 *     one is sent again, and an event of meanwhile is not in it; null from an older agent
 */
public record ChassisStatus(
    int chassis,
    List<Integer> presentSlots,
    List<SensorReading> readings,
    List<Integer> openHandles,
    @Nullable ChassisOutputs outputs,
    List<FanStatus> fans,
    List<SupplyStatus> supplies,
    String fanControl,
    @Nullable Integer ageMillis) {
  /** Nothing that was read longer ago is sent. */
  public static final int MAX_AGE_MILLIS = 60_000;

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
    if (ageMillis != null) {
      Limits.range("ageMillis", ageMillis, 0, MAX_AGE_MILLIS);
    }
  }

  /** Read there and then. */
  public ChassisStatus(
      int chassis,
      List<Integer> presentSlots,
      List<SensorReading> readings,
      List<Integer> openHandles,
      @Nullable ChassisOutputs outputs,
      List<FanStatus> fans,
      List<SupplyStatus> supplies,
      String fanControl) {
    this(chassis, presentSlots, readings, openHandles, outputs, fans, supplies, fanControl, null);
  }

  /** The same, with the time since it was read. */
  public ChassisStatus readAgo(Duration time) {
    return new ChassisStatus(
        chassis,
        presentSlots,
        readings,
        openHandles,
        outputs,
        fans,
        supplies,
        fanControl,
        Math.clamp(time.toMillis(), 0, MAX_AGE_MILLIS));
  }

  /** Time since it was read; zero when it does not say. */
  public Duration age() {
    return Duration.ofMillis(ageMillis == null ? 0 : ageMillis);
  }

  /** Presence and readings only. */
  public ChassisStatus(int chassis, List<Integer> presentSlots, List<SensorReading> readings) {
    this(chassis, presentSlots, readings, List.of(), null, List.of(), List.of(), "");
  }
}
