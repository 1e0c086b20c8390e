package io.cade.mib;

import java.time.Instant;

/**
 * A row of cadeBootLeaseTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param slot number of the slot, 1 to 65,535: second part of the index
 * @param mac as {@code 02:00:00:00:00:01}
 * @param granted when it was granted or renewed
 * @param expires when it ends
 */
public record LeaseRow(int chassis, int slot, String mac, Instant granted, Instant expires) {
  public LeaseRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
  }
}
