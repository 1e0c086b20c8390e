package io.cade.mib;

import java.util.List;

/**
 * The tables of CADE-HARDWARE-MIB. As in {@link CabinetView}, each list is immutable, sorted by its
 * index, and the same instance for as long as nothing in it has changed.
 *
 * @param slots by chassis and slot
 * @param cards one for each row of cadeCardTable, by chassis and slot
 * @param thresholds one for each row of cadeSensorTable, by chassis, slot and sensor
 * @param fans by chassis and number
 * @param supplies by chassis and number
 * @param disks by chassis, slot and number
 * @param mirrors by chassis and slot
 * @param powers by chassis
 * @param swaps by sequence number
 */
public record HardwareRows(
    List<SlotRow> slots,
    List<CardHardwareRow> cards,
    List<ThresholdRow> thresholds,
    List<FanRow> fans,
    List<SupplyRow> supplies,
    List<DiskRow> disks,
    List<MirrorRow> mirrors,
    List<PowerRow> powers,
    List<SwapRow> swaps) {
  /** Nothing is known. */
  public static final HardwareRows NONE =
      new HardwareRows(
          List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
          List.of());
}
