package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The cabinet as a whole. Counts are not here: the agent takes them from the tables.
 *
 * @param name the operator's name of the cabinet
 * @param softwareVersion version of the engine
 * @param readySince since when the engine is ready, null while it starts
 * @param lastNotification highest notification sequence number given so far, 0 if none; not
 *     negative
 */
public record CabinetFacts(
    String name, String softwareVersion, @Nullable Instant readySince, long lastNotification) {
  public CabinetFacts {
    Checks.range("lastNotification", lastNotification, 0, Long.MAX_VALUE);
  }
}
