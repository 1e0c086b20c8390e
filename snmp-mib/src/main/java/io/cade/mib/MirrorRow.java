package io.cade.mib;

/**
 * A row of cadeMirrorTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param slot number of the slot, 1 to 65,535: second part of the index
 * @param state its state
 * @param disks that it should have
 * @param healthyDisks that hold all data
 * @param rebuildPercent how far a rebuild is, 100 when there is none
 */
public record MirrorRow(
    int chassis, int slot, MirrorState state, int disks, int healthyDisks, int rebuildPercent) {
  public MirrorRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
    Checks.range("rebuildPercent", rebuildPercent, 0, 100);
  }
}
