package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeSlotTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param slot number of the slot, 1 to 65,535: second part of the index
 * @param expected whether a card should be there
 * @param presence whether one is, by the contact
 * @param handle its ejector handle
 * @param pullReady the blue LED
 * @param power whether the slot gives power
 * @param locate the locate LED
 * @param swaps swaps on record
 * @param lastSwap when the last of them was noticed, null if none
 */
public record SlotRow(
    int chassis,
    int slot,
    boolean expected,
    SlotPresence presence,
    HandleState handle,
    Switch pullReady,
    Switch power,
    Switch locate,
    int swaps,
    @Nullable Instant lastSwap) {
  public SlotRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
    Checks.range("swaps", swaps, 0, Integer.MAX_VALUE);
  }
}
