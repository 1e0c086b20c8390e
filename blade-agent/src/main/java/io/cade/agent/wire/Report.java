package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says regularly: that it lives, and how its services and sensors are (SPEC A3).
 *
 * @param bootId as introduced; a report of an unknown boot is answered with {@code introduce again}
 * @param services at most 64
 * @param readings the card's own sensors; at most 64
 * @param chassis the chassis bus, from the elected reader only
 * @param disks the card's data disks, at most 8; an older agent does not tell
 * @param model how far the card is what its model says; absent when there is nothing new since the
 *     last report that was answered, and from older agents
 * @param watching name of the watches that the last answer gave; empty for none
 */
public record Report(
    CardPosition position,
    String bootId,
    List<ServiceStatus> services,
    List<SensorReading> readings,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ChassisStatus chassis,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<DiskStatus> disks,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ModelStanding model,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String watching) {
  public Report {
    Limits.text("bootId", bootId, 64);
    services = Limits.list("services", services, 64);
    readings = Limits.list("readings", readings, 64);
    disks = disks == null ? List.of() : Limits.list("disks", disks, 8);
    watching = watching == null ? "" : Limits.text("watching", watching, 32);
  }

  /** A report of a card that watches nothing between reports. */
  public Report(
      CardPosition position,
      String bootId,
      List<ServiceStatus> services,
      List<SensorReading> readings,
      @Nullable ChassisStatus chassis,
      List<DiskStatus> disks,
      @Nullable ModelStanding model) {
    this(position, bootId, services, readings, chassis, disks, model, "");
  }

  /** A report of a card that says nothing of its model. */
  public Report(
      CardPosition position,
      String bootId,
      List<ServiceStatus> services,
      List<SensorReading> readings,
      @Nullable ChassisStatus chassis,
      List<DiskStatus> disks) {
    this(position, bootId, services, readings, chassis, disks, null);
  }

  /** A report of a card without disks. */
  public Report(
      CardPosition position,
      String bootId,
      List<ServiceStatus> services,
      List<SensorReading> readings,
      @Nullable ChassisStatus chassis) {
    this(position, bootId, services, readings, chassis, List.of(), null);
  }
}
