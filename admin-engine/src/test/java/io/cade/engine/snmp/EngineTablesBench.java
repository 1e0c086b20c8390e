package io.cade.engine.snmp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.DiskStatus;
import io.cade.agent.wire.FanStatus;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.Report;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.gateway.TestWriter;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.Observations;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.HostSnapshot;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How long it takes to derive the tables of a full cabinet (20 chassis, 280 cards, 3,100 sensors)
 * after the reports of 28 cards, a tenth of them, have come in. Run by hand: {@code java -cp
 * TEST-CLASSPATH io.cade.engine.snmp.EngineTablesBench}.
 */
final class EngineTablesBench {
  private static final int CHASSIS = 20;
  private static final int SLOTS = 14;
  private static final int ROUNDS = 2_000;

  private final TestWriter writer = new TestWriter(InstantSource.system());
  private final Observations observations = new Observations();
  private final SensorLimits limits = new BookLimits(ThresholdBook.standard());
  private final EngineTables tables = new EngineTables(_ -> limits);
  private final Instant began = Instant.now();

  private EngineTablesBench() {}

  public static void main(String[] args) {
    new EngineTablesBench().run();
  }

  private void run() {
    for (int c = 1; c <= CHASSIS; c++) {
      for (int s = 1; s <= SLOTS; s++) {
        seat(new CardPosition(c, s));
        report(c, s, 0);
      }
    }
    CabinetView first = look();
    System.out.printf(
        "%d cards, %d sensors, %d limits%n",
        first.cards().size(), first.sensors().size(), first.hardware().thresholds().size());
    long[] times = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < 28; i++) {
        int card = (round * 28 + i) % (CHASSIS * SLOTS);
        report(card / SLOTS + 1, card % SLOTS + 1, round + 1);
      }
      long start = System.nanoTime();
      CabinetView now = look();
      times[round] = System.nanoTime() - start;
      if (now.sensors().size() != first.sensors().size()) {
        throw new IllegalStateException("sensors got lost");
      }
    }
    System.out.printf("first %.1f ms%n", times[0] / 1e6);
    long[] late = Arrays.copyOfRange(times, ROUNDS / 2, ROUNDS);
    Arrays.sort(late);
    System.out.printf(
        "refresh after 28 reports: median %.2f ms, p99 %.2f ms, worst %.2f ms%n",
        late[late.length / 2] / 1e6,
        late[late.length * 99 / 100] / 1e6,
        late[late.length - 1] / 1e6);
    long same = System.nanoTime();
    for (int i = 0; i < 1000; i++) {
      look();
    }
    System.out.printf("refresh without change: %.3f ms%n", (System.nanoTime() - same) / 1e6 / 1000);
  }

  private CabinetView look() {
    return tables.of(
        writer.current(),
        observations.snapshot(),
        new EngineTables.Surroundings(
            new CabinetFacts("c", "v", began, 0), List.of(), Map.of(), HostSnapshot.NONE));
  }

  private void seat(CardPosition p) {
    MacAddress mac = MacAddress.of(new byte[] {2, 0, 0, (byte) p.chassis(), (byte) p.slot(), 0});
    writer.given(
        new Change.CardSeated(p, CardRole.SERVER, mac),
        new Change.CardStateChanged(p, CardState.BOOTING, ""),
        new Change.CardIntroduced(
            p,
            CardRole.SERVER,
            "boot",
            new HardwareDescriptor(
                "Cade", "CB-1", "SN" + p, mac, 4, 8L << 30, List.of("sda 80 GB", "sdb 80 GB")),
            new SoftwareDescriptor("0.1.0", "card", "1.0", "Linux 6.12")),
        new Change.CardStateChanged(p, CardState.AVAILABLE, ""));
  }

  /** Ten sensors for each card; 15 more of the chassis come with its first card's report. */
  private void report(int chassis, int slot, int round) {
    Instant at = began.plusSeconds(round);
    List<SensorReading> readings =
        new ArrayList<>(
            IntStream.rangeClosed(1, 10)
                .mapToObj(
                    i -> reading("cpu." + i, SensorReading.Kind.CELSIUS, 40 + (i + round) % 9, at))
                .toList());
    ChassisStatus status = null;
    if (slot == 1) {
      List<SensorReading> own = new ArrayList<>();
      for (int i = 1; i <= 6; i++) {
        own.add(reading("fan." + i, SensorReading.Kind.RPM, 5_000 + round % 50, at));
      }
      for (int i = 1; i <= 4; i++) {
        own.add(reading("supply." + i, SensorReading.Kind.TRUTH, 1, at));
        own.add(reading("supply." + i + ".watts", SensorReading.Kind.WATTS, 400 + round % 9, at));
      }
      own.add(reading("inlet", SensorReading.Kind.CELSIUS, 20 + round % 5, at));
      status =
          new ChassisStatus(
              chassis,
              IntStream.rangeClosed(1, SLOTS).boxed().toList(),
              own,
              List.of(),
              ChassisOutputs.NONE,
              IntStream.rangeClosed(1, 6)
                  .mapToObj(i -> new FanStatus(i, 40, false, false, false))
                  .toList(),
              IntStream.rangeClosed(1, 4)
                  .mapToObj(i -> new SupplyStatus(i, true, "PS" + i, 840))
                  .toList(),
              "automatic");
    }
    observations.heard(
        new Report(
            new CardPosition(chassis, slot),
            "boot",
            List.of(),
            readings,
            status,
            List.of(
                new DiskStatus(0, "D0", DiskStatus.State.HEALTHY, 100),
                new DiskStatus(1, "D1", DiskStatus.State.HEALTHY, 100))),
        at);
  }

  private static SensorReading reading(
      String name, SensorReading.Kind kind, double value, Instant at) {
    return new SensorReading(name, kind, value, SensorReading.Quality.OK, "", at);
  }
}
