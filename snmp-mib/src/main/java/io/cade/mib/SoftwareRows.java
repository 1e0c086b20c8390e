package io.cade.mib;

import java.util.List;

/**
 * The tables of CADE-UPDATE-MIB, with the same promise as {@link HardwareRows}.
 *
 * @param images by number
 * @param versions by chassis and slot
 */
public record SoftwareRows(List<ImageRow> images, List<CardVersionRow> versions) {
  /** Nothing is known. */
  public static final SoftwareRows NONE = new SoftwareRows(List.of(), List.of());
}
