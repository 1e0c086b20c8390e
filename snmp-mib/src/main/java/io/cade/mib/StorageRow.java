package io.cade.mib;

/**
 * A row of hrStorageTable (RFC 2790).
 *
 * @param index the index
 * @param kind what it is
 * @param description for people
 * @param unitOctets of an allocation unit
 * @param units in all
 * @param usedUnits of those
 */
public record StorageRow(
    int index, Kind kind, String description, int unitOctets, long units, long usedUnits) {
  /** hrStorageTypes (RFC 2790). */
  public enum Kind {
    RAM,
    VIRTUAL_MEMORY,
    FIXED_DISK
  }

  public StorageRow {
    Checks.range("index", index, 1, Integer.MAX_VALUE);
    Checks.range("unitOctets", unitOctets, 1, Integer.MAX_VALUE);
  }
}
