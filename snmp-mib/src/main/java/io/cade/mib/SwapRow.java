package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeSwapTable.
 *
 * @param sequence ascending, 1 to 4,294,967,295: the index
 * @param chassis of the slot
 * @param slot the slot
 * @param at when it was noticed
 * @param oldMac as {@code 02:00:00:00:00:01}, empty if unknown
 * @param newMac as {@code 02:00:00:00:00:01}, empty if unknown
 * @param oldSerialNumber empty if unknown
 * @param newSerialNumber empty if unknown
 */
public record SwapRow(
    long sequence,
    int chassis,
    int slot,
    @Nullable Instant at,
    String oldMac,
    String newMac,
    String oldSerialNumber,
    String newSerialNumber) {
  public SwapRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
    Checks.range("sequence", sequence, 0, Checks.MAX_UNSIGNED32);
  }
}
