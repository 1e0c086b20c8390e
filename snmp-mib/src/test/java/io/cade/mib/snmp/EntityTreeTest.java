package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.CardRow;
import io.cade.mib.CardState;
import io.cade.mib.HardwareRows;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.SensorRow;
import io.cade.mib.SensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What contains what in ENTITY-MIB (RFC 6933), and the states of RFC 4268. */
class EntityTreeTest {
  private static List<EntityRow> tree(FullCabinet cabinet) {
    return EntityTree.of(
        "cabinet-7",
        "0.1.0",
        cabinet.chassis(),
        cabinet.cards(),
        cabinet.sensors(),
        cabinet.hardware());
  }

  private static Map<Integer, EntityRow> byIndex(List<EntityRow> parts) {
    return parts.stream().collect(Collectors.toMap(EntityRow::index, Function.identity()));
  }

  @Test
  void everyPartButTheCabinetHasOneParentThatExistsAndNoneIsItsOwnAncestor() {
    List<EntityRow> parts = tree(FullCabinet.of(3, 4, 2));
    Map<Integer, EntityRow> all = byIndex(parts);
    assertThat(all).hasSameSizeAs(parts);
    for (EntityRow part : parts) {
      int steps = 0;
      EntityRow at = part;
      while (at.parent() != 0) {
        assertThat(all).as("parent of %s", at).containsKey(at.parent());
        at = Objects.requireNonNull(all.get(at.parent()));
        assertThat(++steps).isLessThan(10);
      }
      assertThat(at.index()).isEqualTo(EntityIndex.CABINET);
    }
    List<EntityTree.Containment> pairs = EntityTree.containment(parts);
    assertThat(pairs).hasSize(parts.size() - 1);
    assertThat(pairs.stream().map(EntityTree.Containment::child).distinct()).hasSameSizeAs(pairs);
  }

  @Test
  void rowsThatAppearInPartOnlyHaveNoOrphansEither() {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    FullCabinet whole = FullCabinet.of(3, 4, 2);
    for (int round = 0; round < 200; round++) {
      List<EntityRow> parts =
          EntityTree.of(
              "c",
              "v",
              some(whole.chassis(), random),
              some(whole.cards(), random),
              some(whole.sensors(), random),
              new HardwareRows(
                  some(whole.hardware().slots(), random),
                  some(whole.hardware().cards(), random),
                  List.of(),
                  some(whole.hardware().fans(), random),
                  some(whole.hardware().supplies(), random),
                  some(whole.hardware().disks(), random),
                  List.of(),
                  List.of(),
                  List.of()));
      Map<Integer, EntityRow> all = byIndex(parts);
      assertThat(parts)
          .as("seed %d round %d", seed, round)
          .allMatch(p -> p.parent() == 0 ? p.index() == 1 : all.containsKey(p.parent()));
    }
  }

  private static <R> List<R> some(List<R> rows, Random random) {
    return rows.stream().filter(_ -> random.nextBoolean()).toList();
  }

  @Test
  void indexesDependOnThePositionAlone() {
    assertThat(tree(FullCabinet.of(2, 3, 2))).isEqualTo(tree(FullCabinet.of(2, 3, 2)));
    Map<Integer, EntityRow> all = byIndex(tree(FullCabinet.of(2, 3, 2)));
    assertThat(all.get(2_030_000)).extracting(EntityRow::name).isEqualTo("2.3");
    assertThat(all.get(2_031_000))
        .returns(EntityRow.Kind.CARD, EntityRow::kind)
        .returns("SN2-3", EntityRow::serialNumber)
        .returns("Acme", EntityRow::manufacturer)
        .returns(2_030_000, EntityRow::parent);
    assertThat(all.get(2_032_002)).returns(2_031_000, EntityRow::parent);
    assertThat(all.get(2_035_001))
        .returns(EntityRow.Kind.DISK, EntityRow::kind)
        .returns(2_031_000, EntityRow::parent);
  }

  @Test
  void aSensorBelongsToTheFanOrSupplyOfItsName() {
    FullCabinet cabinet = FullCabinet.of(1, 1, 0);
    cabinet.view.sensors =
        List.of(
            FixtureView.sensor(1, 0, 1, "fan 1", SensorType.RPM, 5400, 0),
            FixtureView.sensor(1, 0, 2, "supply.1.watts", SensorType.WATTS, 400, 1),
            FixtureView.sensor(1, 0, 3, "inlet", SensorType.CELSIUS, 22, 1));
    Map<Integer, EntityRow> all = byIndex(tree(cabinet));
    assertThat(all.get(1_002_001)).returns(1_003_001, EntityRow::parent);
    assertThat(all.get(1_002_002)).returns(1_004_001, EntityRow::parent);
    assertThat(all.get(1_002_003)).returns(1_000_000, EntityRow::parent);
  }

  @Test
  void aCardThatIsPulledLeavesItsSlot() {
    FullCabinet cabinet = FullCabinet.of(1, 2, 1);
    cabinet.view.cards = List.of(FixtureView.card(1, 1, CardState.ABSENT), cabinet.cards().get(1));
    Map<Integer, EntityRow> all = byIndex(tree(cabinet));
    assertThat(all).containsKey(1_010_000).doesNotContainKey(1_011_000);
  }

  @Test
  void whatIsBeyondTheFormulaIsLeftOut() {
    List<SensorRow> sensors =
        List.of(
            FixtureView.sensor(1, 0, 999, "last", SensorType.CELSIUS, 1, 1),
            FixtureView.sensor(1, 0, 1_000, "beyond", SensorType.CELSIUS, 1, 1));
    assertThat(EntityTree.indexed(sensors)).containsExactly(sensors.getFirst());
    assertThat(EntityTree.indexed(sensors.subList(0, 1))).isEqualTo(sensors.subList(0, 1));
  }

  @Test
  void twoPositionsNeverShareAnIndex() {
    var seen = new HashMap<Integer, String>();
    for (int c : List.of(1, 2, 20, 2_146)) {
      for (int s = 0; s <= 99; s++) {
        int chassis = c;
        int slot = s;
        var own = new TreeSet<String>();
        IntStream.of(1, 2, 64, 998, 999)
            .forEach(n -> {
              put(seen, own, EntityIndex.sensor(chassis, slot, n), "sensor " + n);
              if (slot == 0) {
                put(seen, own, EntityIndex.fan(chassis, n), "fan " + n);
                put(seen, own, EntityIndex.supply(chassis, n), "supply " + n);
              } else {
                put(seen, own, EntityIndex.disk(chassis, slot, n - 1), "disk " + n);
              }
            });
        if (slot > 0) {
          put(seen, own, EntityIndex.card(chassis, slot), "card");
        }
        put(seen, own, EntityIndex.slot(chassis, slot), "slot");
      }
    }
    assertThat(EntityIndex.sensor(2_147, 1, 1)).isZero();
    assertThat(EntityIndex.sensor(1, 100, 1)).isZero();
  }

  private static void put(Map<Integer, String> seen, Set<String> own, int index, String what) {
    assertThat(index).isPositive();
    assertThat(seen.put(index, what)).as("index %d of %s", index, what).isNull();
    assertThat(own.add(what)).isTrue();
  }

  @Test
  void anAlarmCountsForThePartThatItNamesAndNotForItsChassis() {
    FullCabinet cabinet = FullCabinet.of(1, 3, 1);
    List<EntityStates.Row> states =
        EntityStates.of(
            tree(cabinet),
            cabinet.chassis(),
            cabinet.cards(),
            cabinet.sensors(),
            cabinet.hardware(),
            List.of(
                FixtureView.alarm(1, PerceivedSeverity.MINOR),
                FixtureView.alarm(2, PerceivedSeverity.CRITICAL)));
    assertThat(state(states, 1_031_000).alarms()).isEqualTo((byte) 0b0010_1000);
    assertThat(state(states, 1_030_000).alarms()).isZero();
    assertThat(state(states, 1_000_000).alarms()).isZero();
  }

  @Test
  void aSpareIsIdleAndColdStandbyAndAFailedCardIsDisabled() {
    FullCabinet cabinet = FullCabinet.of(1, 3, 1);
    List<CardRow> cards =
        List.of(
            FixtureView.card(1, 1, CardState.AVAILABLE),
            FixtureView.card(1, 2, CardState.FAILED),
            FixtureView.card(1, 3, CardState.RUNNING));
    cabinet.view.cards = cards;
    List<EntityStates.Row> states =
        EntityStates.of(
            tree(cabinet),
            cabinet.chassis(),
            cards,
            cabinet.sensors(),
            cabinet.hardware(),
            List.of());
    assertThat(state(states, 1_011_000))
        .returns(EntityStates.ENABLED, EntityStates.Row::oper)
        .returns(EntityStates.IDLE, EntityStates.Row::usage)
        .returns(EntityStates.COLD_STANDBY, EntityStates.Row::standby);
    assertThat(state(states, 1_021_000).oper()).isEqualTo(EntityStates.DISABLED);
    assertThat(state(states, 1_031_000).standby()).isEqualTo(EntityStates.PROVIDING_SERVICE);
  }

  private static EntityStates.Row state(List<EntityStates.Row> states, int index) {
    return states.stream().filter(s -> s.index() == index).findFirst().orElseThrow();
  }
}
