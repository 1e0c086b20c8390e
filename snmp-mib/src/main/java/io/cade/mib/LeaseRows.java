package io.cade.mib;

import java.util.List;

/**
 * The leases of CADE-BOOT-MIB, with the same promise as {@link HardwareRows}.
 *
 * @param slots by chassis and slot
 * @param pool leases of others from the pools
 */
public record LeaseRows(List<LeaseRow> slots, long pool) {
  /** Nothing is known. */
  public static final LeaseRows NONE = new LeaseRows(List.of(), 0);
}
