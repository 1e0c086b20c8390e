package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeCardHardwareTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param slot number of the slot, 1 to 65,535: second part of the index
 * @param present whether a card is there
 * @param role what it is used for
 * @param manufacturer who made it, empty if unknown
 * @param cpus processors, 0 if unknown
 * @param memoryBytes main memory, 0 if unknown
 * @param diskCount data disks
 * @param operatingSystem with its release, empty if unknown
 * @param agentVersion empty if unknown
 * @param powerAdmin what is ordered of its power
 * @param power whether it has power
 * @param maxWatts that it may draw, 0 if unknown
 * @param milliwatts that it draws, 0 if not measured
 * @param stateSince since when it has its state
 * @param stateCause why it has its state
 * @param services bound to it
 * @param assignedService name of its service, empty for a spare
 * @param drained whether it is being emptied
 * @param drainedBy who ordered that, else empty
 * @param waitingCommands commands not finished
 * @param hottestCelsius highest temperature in whole degrees, {@link #NO_TEMPERATURE} if none is
 *     read
 * @param sensors its sensors
 * @param sensorsNotOk those whose status is not ok
 * @param alarms active alarms about it and what is in it
 */
public record CardHardwareRow(
    int chassis,
    int slot,
    boolean present,
    CardRole role,
    String manufacturer,
    int cpus,
    long memoryBytes,
    int diskCount,
    String operatingSystem,
    String agentVersion,
    PowerCommand powerAdmin,
    Switch power,
    int maxWatts,
    long milliwatts,
    @Nullable Instant stateSince,
    String stateCause,
    int services,
    String assignedService,
    boolean drained,
    String drainedBy,
    int waitingCommands,
    int hottestCelsius,
    int sensors,
    int sensorsNotOk,
    int alarms) {
  /** Colder than anything. */
  public static final int NO_TEMPERATURE = -32_768;

  public CardHardwareRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
    Checks.range("cpus", cpus, 0, Integer.MAX_VALUE);
    Checks.range("memoryBytes", memoryBytes, 0, Long.MAX_VALUE);
    Checks.range("maxWatts", maxWatts, 0, Integer.MAX_VALUE);
    Checks.range("milliwatts", milliwatts, 0, Checks.MAX_UNSIGNED32);
  }
}
