package io.cade.agent.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the card is made of, as its agent found it at boot (SPEC A1).
 *
 * @param memoryBytes main memory
 * @param disks one entry a data disk, for example {@code sda 80 GB}; at most 8
 * @param maxWatts that the card may draw, by its inventory; null when that does not say
 */
public record HardwareDescriptor(
    String manufacturer,
    String model,
    String serialNumber,
    MacAddress mac,
    int cpus,
    long memoryBytes,
    List<String> disks,
    @Nullable Integer maxWatts) {
  public HardwareDescriptor {
    Limits.text("manufacturer", manufacturer, 64);
    Limits.text("model", model, 64);
    Limits.text("serialNumber", serialNumber, 64);
    Limits.range("cpus", cpus, 1, 1024);
    Limits.range("memoryBytes", memoryBytes, 0, Long.MAX_VALUE);
    disks = Limits.list("disks", disks, 8);
    if (maxWatts != null) {
      Limits.range("maxWatts", maxWatts, 1, 10_000);
    }
  }

  /** A card whose inventory does not say what it draws. */
  public HardwareDescriptor(
      String manufacturer,
      String model,
      String serialNumber,
      MacAddress mac,
      int cpus,
      long memoryBytes,
      List<String> disks) {
    this(manufacturer, model, serialNumber, mac, cpus, memoryBytes, disks, null);
  }
}
