package io.cade.mib.snmp;

import io.cade.mib.BudgetState;
import io.cade.mib.CardHardwareRow;
import io.cade.mib.DiskRow;
import io.cade.mib.DiskState;
import io.cade.mib.FanRow;
import io.cade.mib.HandleState;
import io.cade.mib.HardwareRows;
import io.cade.mib.MibOids;
import io.cade.mib.MirrorRow;
import io.cade.mib.PowerRow;
import io.cade.mib.SensorRow;
import io.cade.mib.SensorStatus;
import io.cade.mib.SlotPresence;
import io.cade.mib.SlotRow;
import io.cade.mib.SupplyRow;
import io.cade.mib.SwapRow;
import io.cade.mib.ThresholdRow;
import io.cade.mib.UnitState;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.snmp4j.smi.Gauge32;

/** The blocks of CADE-HARDWARE-MIB. Owned by the SNMP thread. */
final class HardwareBlocks {
  private TableBlock<SlotRow> slots = empty(HardwareShapes.slots());
  private TableBlock<CardHardwareRow> cards = empty(HardwareShapes.cards());
  private TableBlock<ThresholdRow> thresholds = empty(HardwareShapes.thresholds());
  private TableBlock<FanRow> fans = empty(HardwareShapes.fans());
  private TableBlock<SupplyRow> supplies = empty(HardwareShapes.supplies());
  private TableBlock<DiskRow> disks = empty(HardwareShapes.disks());
  private TableBlock<MirrorRow> mirrors = empty(HardwareShapes.mirrors());
  private TableBlock<PowerRow> powers = empty(HardwareShapes.powers());
  private TableBlock<SwapRow> swaps = empty(HardwareShapes.swaps());

  private static <R> TableBlock<R> empty(TableBlock.Shape<R> shape) {
    return new TableBlock<>(shape, List.of());
  }

  List<Block> over(HardwareRows now, List<SensorRow> sensors) {
    slots = slots.over(now.slots());
    cards = cards.over(now.cards());
    thresholds = thresholds.over(now.thresholds());
    fans = fans.over(now.fans());
    supplies = supplies.over(now.supplies());
    disks = disks.over(now.disks());
    mirrors = mirrors.over(now.mirrors());
    powers = powers.over(now.powers());
    swaps = swaps.over(now.swaps());
    return List.of(
        summary(now, sensors),
        slots,
        cards,
        thresholds,
        fans,
        supplies,
        disks,
        mirrors,
        powers,
        swaps);
  }

  private static ScalarBlock summary(HardwareRows now, List<SensorRow> sensors) {
    return new ScalarBlock(
        List.of(
            gauge(MibOids.CADE_SUMMARY_SLOTS, () -> now.slots().size()),
            gauge(
                MibOids.CADE_SUMMARY_EMPTY_EXPECTED_SLOTS,
                () -> count(now.slots(), s -> s.expected() && s.presence() == SlotPresence.EMPTY)),
            gauge(
                MibOids.CADE_SUMMARY_OPEN_HANDLES,
                () -> count(now.slots(), s -> s.handle() == HandleState.OPENED)),
            gauge(MibOids.CADE_SUMMARY_FANS, () -> now.fans().size()),
            gauge(
                MibOids.CADE_SUMMARY_FAULTY_FANS, () -> count(now.fans(), f -> faulty(f.state()))),
            gauge(MibOids.CADE_SUMMARY_SUPPLIES, () -> now.supplies().size()),
            gauge(
                MibOids.CADE_SUMMARY_FAULTY_SUPPLIES,
                () -> count(now.supplies(), s -> faulty(s.state()))),
            gauge(MibOids.CADE_SUMMARY_DISKS, () -> now.disks().size()),
            gauge(
                MibOids.CADE_SUMMARY_FAULTY_DISKS,
                () ->
                    count(
                        now.disks(),
                        d -> d.state() != DiskState.HEALTHY && d.state() != DiskState.UNKNOWN)),
            gauge(
                MibOids.CADE_SUMMARY_SENSORS_OUT_OF_RANGE,
                () ->
                    count(
                        sensors,
                        s ->
                            s.status() == SensorStatus.WARNING
                                || s.status() == SensorStatus.CRITICAL)),
            gauge(
                MibOids.CADE_SUMMARY_SENSORS_UNAVAILABLE,
                () -> count(sensors, s -> s.status() == SensorStatus.UNAVAILABLE)),
            gauge(
                MibOids.CADE_SUMMARY_CHASSIS_OVER_BUDGET,
                () ->
                    count(
                        now.powers(),
                        p ->
                            p.state() == BudgetState.EXCEEDED
                                || p.state() == BudgetState.NOT_REDUNDANT)),
            gauge(
                MibOids.CADE_SUMMARY_MEASURED_WATTS,
                () -> now.powers().stream().mapToLong(PowerRow::milliwatts).sum() / 1_000),
            gauge(MibOids.CADE_SUMMARY_SWAPS, () -> now.swaps().size())));
  }

  private static boolean faulty(UnitState state) {
    return state == UnitState.WARNING || state == UnitState.FAILED;
  }

  private static <R> long count(List<R> rows, Predicate<R> which) {
    return rows.stream().filter(which).count();
  }

  private static ScalarBlock.Source gauge(String oid, LongSupplier value) {
    return new ScalarBlock.Source(
        oid, () -> new Gauge32(Math.min(value.getAsLong(), 0xFFFF_FFFFL)));
  }
}
