package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeServiceDetailTable.
 *
 * @param index of the service: the index
 * @param kind of the service
 * @param phaseSince since when it has its phase
 * @param waitsFor what the phase waits for, else empty
 * @param packageOctets 0 if there is none
 * @param boundCards bound to it
 * @param failedCards of those, that could not set it up
 * @param alarms about it
 */
public record ServiceDetailRow(
    int index,
    String kind,
    @Nullable Instant phaseSince,
    String waitsFor,
    long packageOctets,
    int boundCards,
    int failedCards,
    int alarms) {
  public ServiceDetailRow {
    Checks.range("index", index, 1, Integer.MAX_VALUE);
  }
}
