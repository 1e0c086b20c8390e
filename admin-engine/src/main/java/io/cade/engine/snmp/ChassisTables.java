package io.cade.engine.snmp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.DiskStatus;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Swap;
import io.cade.engine.observe.Observed;
import io.cade.mib.ChassisRow;
import io.cade.mib.ChassisState;
import io.cade.mib.DiskRow;
import io.cade.mib.DiskState;
import io.cade.mib.HandleState;
import io.cade.mib.MirrorRow;
import io.cade.mib.MirrorState;
import io.cade.mib.SlotPresence;
import io.cade.mib.SlotRow;
import io.cade.mib.SwapRow;
import io.cade.mib.Switch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Chassis, slots, disks and swaps. Not thread-safe. */
final class ChassisTables {
  private final Memo<List<ChassisRow>> chassis = new Memo<>();
  private final Memo<List<SlotRow>> slots = new Memo<>();
  private final Memo<List<DiskRow>> disks = new Memo<>();
  private final Memo<List<MirrorRow>> mirrors = new Memo<>();
  private final Memo<List<SwapRow>> swaps = new Memo<>();

  List<ChassisRow> chassis(Cabinet cabinet, Observed observed, AlarmIndex alarms) {
    return chassis.of(
        () -> {
          TreeSet<Integer> numbers = new TreeSet<>(observed.chassis().keySet());
          Set<Integer> alive = new HashSet<>();
          for (Card card : CardTables.servers(cabinet)) {
            numbers.add(card.position().chassis());
            if (card.state().isAlive()) {
              alive.add(card.position().chassis());
            }
          }
          return numbers.stream()
              .map(n -> row(n, observed.chassis().get(n), alive.contains(n), alarms))
              .toList();
        },
        cabinet.cards(),
        observed.chassis(),
        alarms);
  }

  private static ChassisRow row(
      int number, Observed.@Nullable ChassisHeard heard, boolean alive, AlarmIndex alarms) {
    if (heard == null) {
      return new ChassisRow(number, ChassisState.UNKNOWN, 0, 0);
    }
    ChassisState state =
        !alive
            ? ChassisState.FAILED
            : alarms.count("chassis " + number) > 0 ? ChassisState.DEGRADED : ChassisState.NORMAL;
    return new ChassisRow(
        number, state, heard.status().presentSlots().size(), heard.reader().slot());
  }

  List<SlotRow> slots(Cabinet cabinet, Observed observed, Bound bound) {
    return slots.of(
        () -> {
          Map<CardPosition, List<Swap>> history = new HashMap<>();
          cabinet
              .swaps()
              .forEach(s -> history.computeIfAbsent(s.position(), _ -> new ArrayList<>()).add(s));
          return CardTables.servers(cabinet).stream()
              .map(c -> {
                List<Swap> swapped = history.getOrDefault(c.position(), List.of());
                return slot(c, observed.chassis().get(c.position().chassis()), bound, swapped);
              })
              .toList();
        },
        cabinet.cards(),
        cabinet.swaps(),
        bound,
        observed.chassis());
  }

  private static SlotRow slot(
      Card card, Observed.@Nullable ChassisHeard heard, Bound bound, List<Swap> swapped) {
    CardPosition at = card.position();
    ChassisStatus status = heard == null ? null : heard.status();
    boolean present = status != null && status.presentSlots().contains(at.slot());
    Instant last = swapped.isEmpty() ? null : swapped.getLast().at();
    return new SlotRow(
        at.chassis(),
        at.slot(),
        card.hardware() != null || !bound.on(at).isEmpty(),
        status == null ? SlotPresence.UNKNOWN : present ? SlotPresence.PRESENT : SlotPresence.EMPTY,
        handle(status, at, present),
        output(status, o -> o.blue().contains(at.slot())),
        output(status, o -> !o.poweredOff().contains(at.slot())),
        card.locate() ? Switch.ON : Switch.OFF,
        swapped.size(),
        last);
  }

  /** An empty slot has no handle; an agent that does not read outputs does not read handles. */
  private static HandleState handle(
      @Nullable ChassisStatus status, CardPosition at, boolean present) {
    return status == null || !present || status.outputs() == null
        ? HandleState.UNKNOWN
        : status.openHandles().contains(at.slot()) ? HandleState.OPENED : HandleState.CLOSED;
  }

  private static Switch output(
      @Nullable ChassisStatus status, java.util.function.Predicate<ChassisOutputs> on) {
    ChassisOutputs outputs = status == null ? null : status.outputs();
    return outputs == null ? Switch.UNKNOWN : on.test(outputs) ? Switch.ON : Switch.OFF;
  }

  List<DiskRow> disks(Cabinet cabinet, Observed observed) {
    return disks.of(
        () -> {
          List<DiskRow> rows = new ArrayList<>();
          for (Card card : CardTables.servers(cabinet)) {
            disks(card, observed.cards().get(card.position()), rows);
          }
          return List.copyOf(rows);
        },
        cabinet.cards(),
        observed.cards());
  }

  private static void disks(Card card, Observed.@Nullable CardHeard heard, List<DiskRow> rows) {
    CardPosition at = card.position();
    HardwareDescriptor hardware = card.hardware();
    List<String> words = hardware == null ? List.of() : hardware.disks();
    Map<Integer, DiskStatus> said = new HashMap<>();
    if (heard != null && card.state().isAlive()) {
      heard.disks().forEach(d -> said.put(d.number(), d));
    }
    TreeSet<Integer> numbers = new TreeSet<>(said.keySet());
    for (int i = 0; i < words.size(); i++) {
      numbers.add(i);
    }
    for (int number : numbers) {
      DiskStatus disk = said.get(number);
      rows.add(
          new DiskRow(
              at.chassis(),
              at.slot(),
              number,
              number < words.size() ? words.get(number) : "",
              disk == null ? "" : disk.serial(),
              disk == null ? DiskState.UNKNOWN : DiskState.valueOf(disk.state().name()),
              disk == null ? 0 : disk.rebuildPercent()));
    }
  }

  List<MirrorRow> mirrors(List<DiskRow> disks) {
    return mirrors.of(
        () -> {
          List<MirrorRow> rows = new ArrayList<>();
          int from = 0;
          for (int i = 1; i <= disks.size(); i++) {
            if (i == disks.size()
                || disks.get(i).chassis() != disks.get(from).chassis()
                || disks.get(i).slot() != disks.get(from).slot()) {
              rows.add(mirror(disks.subList(from, i)));
              from = i;
            }
          }
          return List.copyOf(rows);
        },
        disks);
  }

  private static MirrorRow mirror(List<DiskRow> disks) {
    int healthy = count(disks, DiskState.HEALTHY);
    int rebuilding = count(disks, DiskState.REBUILDING);
    int unknown = count(disks, DiskState.UNKNOWN);
    MirrorState state =
        healthy == disks.size()
            ? MirrorState.HEALTHY
            : unknown == disks.size()
                ? MirrorState.UNKNOWN
                : healthy == 0
                    ? MirrorState.FAILED
                    : rebuilding > 0 ? MirrorState.REBUILDING : MirrorState.DEGRADED;
    int percent =
        disks.stream()
            .filter(d -> d.state() == DiskState.REBUILDING)
            .mapToInt(DiskRow::rebuildPercent)
            .min()
            .orElse(100);
    DiskRow first = disks.getFirst();
    return new MirrorRow(first.chassis(), first.slot(), state, disks.size(), healthy, percent);
  }

  private static int count(List<DiskRow> disks, DiskState state) {
    return (int) disks.stream().filter(d -> d.state() == state).count();
  }

  List<SwapRow> swaps(Cabinet cabinet) {
    return swaps.of(
        () -> cabinet.swaps().stream().map(ChassisTables::swap).toList(), cabinet.swaps());
  }

  private static SwapRow swap(Swap swap) {
    return new SwapRow(
        swap.sequence(),
        swap.position().chassis(),
        swap.position().slot(),
        swap.at(),
        swap.oldMac().text(),
        swap.newMac().text(),
        swap.oldSerial(),
        swap.newSerial());
  }
}
