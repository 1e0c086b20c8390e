package io.cade.mib;

import java.util.List;

/**
 * The tables of CADE-UPDATE-MIB, with the same promise as {@link HardwareRows}.
 *
 * @param images by number
 * @param versions by chassis and slot
 * @param rollouts by service
 */
public record SoftwareRows(
    List<ImageRow> images, List<CardVersionRow> versions, List<RolloutRow> rollouts) {
  /** Nothing is known. */
  public static final SoftwareRows NONE = new SoftwareRows(List.of(), List.of(), List.of());
}
