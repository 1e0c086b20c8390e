package io.cade.engine.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.FanStatus;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.Observations;
import io.cade.mib.BudgetState;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.FanRow;
import io.cade.mib.HostSnapshot;
import io.cade.mib.PowerRow;
import io.cade.mib.SensorRow;
import io.cade.mib.SupplyRow;
import io.cade.mib.ThresholdRow;
import io.cade.mib.UnitState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What SNMP shows of a module, and that nothing is derived again while nothing changes. */
class EngineTablesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:20:30Z");

  private final Cabinet cabinet = Cabinet.empty();
  private final Observations observations = new Observations();
  private final SensorLimits limits = new BookLimits(ThresholdBook.standard());
  private final EngineTables tables = new EngineTables(_ -> limits);

  private CabinetView look() {
    return tables.of(
        cabinet,
        observations.snapshot(),
        new EngineTables.Surroundings(
            new CabinetFacts("c", "v", NOW, 0), List.of(), Map.of(), HostSnapshot.NONE));
  }

  private void report(int chassis, double inlet) {
    observations.heard(
        new Report(
            new CardPosition(chassis, 1),
            "boot",
            List.of(),
            List.of(),
            new ChassisStatus(
                chassis,
                List.of(1),
                List.of(
                    reading("inlet", SensorReading.Kind.CELSIUS, inlet),
                    reading("fan.1", SensorReading.Kind.RPM, 5400),
                    reading("fan.2", SensorReading.Kind.RPM, 5300),
                    reading("supply.1", SensorReading.Kind.TRUTH, 1),
                    reading("supply.2", SensorReading.Kind.TRUTH, 0),
                    reading("supply.1.watts", SensorReading.Kind.WATTS, 400)),
                List.of(),
                ChassisOutputs.NONE,
                List.of(new FanStatus(2, 100, true, false, true)),
                List.of(
                    new SupplyStatus(1, true, "PS1", 840), new SupplyStatus(2, false, "PS2", 840)),
                "automatic")),
        NOW);
  }

  private static SensorReading reading(String name, SensorReading.Kind kind, double value) {
    return new SensorReading(name, kind, value, SensorReading.Quality.OK, "", NOW);
  }

  @Test
  void fansAndSuppliesAreWhatTheReaderSaysOfThem() {
    report(1, 22);
    var hardware = look().hardware();
    assertThat(hardware.fans())
        .extracting(FanRow::name, FanRow::state, FanRow::dutyPercent, FanRow::fault)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("fan.1", UnitState.OK, -1, ""),
            org.assertj.core.groups.Tuple.tuple(
                "fan.2", UnitState.WARNING, 100, "stalled,drive failed"));
    assertThat(hardware.supplies())
        .extracting(SupplyRow::state, SupplyRow::serialNumber, SupplyRow::loadPercent)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(UnitState.OK, "PS1", 47),
            org.assertj.core.groups.Tuple.tuple(UnitState.FAILED, "PS2", -1));
    assertThat(hardware.powers())
        .singleElement()
        .returns(800, PowerRow::capacityWatts)
        .returns(400_000L, PowerRow::milliwatts)
        .returns(BudgetState.REDUNDANT, PowerRow::state);
  }

  @Test
  void limitsAreCountedAsTheReadingsAre() {
    report(1, 22);
    ThresholdRow inlet = look().hardware().thresholds().getFirst();
    assertThat(inlet)
        .returns(650, ThresholdRow::highWarning)
        .returns(850, ThresholdRow::highCritical)
        .returns(ThresholdRow.NO_LOW, ThresholdRow::lowWarning);
    assertThat(look().sensors().getFirst()).returns(220, SensorRow::value);
  }

  @Test
  void nothingIsDerivedAgainWhileNothingChanges() {
    report(1, 22);
    report(2, 23);
    CabinetView first = look();
    CabinetView second = look();
    assertThat(second.sensors()).isSameAs(first.sensors());
    assertThat(second.hardware()).isSameAs(first.hardware());
    assertThat(second.chassis()).isSameAs(first.chassis());
    assertThat(second.cards()).isSameAs(first.cards());
    assertThat(second.services()).isSameAs(first.services());
    assertThat(second.activeAlarms()).isSameAs(first.activeAlarms());
  }

  @Test
  void aReportAltersTheRowsOfItsChassisAlone() {
    report(1, 22);
    report(2, 23);
    List<SensorRow> before = look().sensors();
    report(2, 40);
    List<SensorRow> after = look().sensors();
    assertThat(after).isNotSameAs(before).hasSameSizeAs(before);
    assertThat(after.get(0)).isSameAs(before.get(0));
    assertThat(after.get(6)).returns(2, SensorRow::chassis).returns(400, SensorRow::value);
  }

  @Test
  void theNumberOfAnImageComesFromItsDigest() {
    assertThat(ServiceTables.number("sha256:0000002a" + "0".repeat(56))).isEqualTo(42);
    assertThat(ServiceTables.number("sha256:00000000")).isEqualTo(1);
    assertThat(ServiceTables.number("sha256:ffffffff")).isEqualTo(Integer.MAX_VALUE);
    assertThat(ServiceTables.number("")).isPositive();
  }
}
