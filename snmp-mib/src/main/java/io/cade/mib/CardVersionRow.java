package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeCardVersionTable.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param slot number of the slot, 1 to 65,535: second part of the index
 * @param imageName of the image it runs
 * @param imageVersion of that image
 * @param agentVersion of its agent
 * @param operatingSystem with its release
 * @param state whether that is the image in use
 * @param since since when the card has its state
 */
public record CardVersionRow(
    int chassis,
    int slot,
    String imageName,
    String imageVersion,
    String agentVersion,
    String operatingSystem,
    VersionState state,
    @Nullable Instant since) {
  public CardVersionRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
  }
}
