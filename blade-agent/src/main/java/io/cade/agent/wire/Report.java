package io.cade.agent.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says regularly: that it lives, and how its services and sensors are (SPEC A3).
 *
 * @param bootId as introduced; a report of an unknown boot is answered with {@code introduce again}
 * @param services at most 64
 * @param readings the card's own sensors; at most 64
 * @param chassis the chassis bus, from the elected reader only
 */
public record Report(
    CardPosition position,
    String bootId,
    List<ServiceStatus> services,
    List<SensorReading> readings,
    @Nullable ChassisStatus chassis) {
  public Report {
    Limits.text("bootId", bootId, 64);
    services = Limits.list("services", services, 64);
    readings = Limits.list("readings", readings, 64);
  }
}
