package io.cade.mib;

/**
 * A row of cadeDiskTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param slot number of the slot, 1 to 65,535: second part of the index
 * @param disk place in the card, from 0: third part of the index
 * @param description as the card names it, empty if unknown
 * @param serialNumber empty if unknown
 * @param state what it is to the mirror
 * @param rebuildPercent how much of it holds the data
 */
public record DiskRow(
    int chassis,
    int slot,
    int disk,
    String description,
    String serialNumber,
    DiskState state,
    int rebuildPercent) {
  public DiskRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
    Checks.range("disk", disk, 0, Checks.MAX_POSITION);
    Checks.range("rebuildPercent", rebuildPercent, 0, 100);
  }

  /** As commands and alarms name it: {@code 1.3.0}. */
  public String name() {
    return chassis + "." + slot + "." + disk;
  }
}
