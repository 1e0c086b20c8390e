package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeBackendTable: one card behind one service. Its internal address is left out on
 * purpose.
 *
 * @param service index of the service: first part of the index
 * @param chassis chassis of the card, 1 to 65,535: second part of the index
 * @param slot slot of the card, 1 to 65,535: third part of the index
 * @param state its state as a back end
 * @param stateSince since when it has this state, null if unknown
 */
public record BackendRow(
    int service, int chassis, int slot, BackendState state, @Nullable Instant stateSince) {
  public BackendRow {
    Checks.range("service", service, 1, Integer.MAX_VALUE);
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
  }
}
