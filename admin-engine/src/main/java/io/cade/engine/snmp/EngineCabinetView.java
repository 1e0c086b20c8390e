package io.cade.engine.snmp;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.BootCounters;
import io.cade.engine.observe.Observations;
import io.cade.mib.AlarmRow;
import io.cade.mib.BackendRow;
import io.cade.mib.BootCounterGroup;
import io.cade.mib.BootCounterRow;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.CardRow;
import io.cade.mib.ChassisRow;
import io.cade.mib.HardwareRows;
import io.cade.mib.HostSnapshot;
import io.cade.mib.LeaseRows;
import io.cade.mib.ProxyRow;
import io.cade.mib.SensorRow;
import io.cade.mib.ServiceDetailRow;
import io.cade.mib.ServiceRow;
import io.cade.mib.SoftwareRows;
import io.cade.mib.TrafficRows;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What SNMP readers see: the newest durable state and the last that was heard. Thread-safe by one
 * lock, which is held for some milliseconds at most: what has not changed is not derived again.
 */
public final class EngineCabinetView implements CabinetView {
  private final String name;
  private final String version;
  private final ChangeWriter writer;
  private final Observations observations;
  private final BootCounters bootCounters;
  private final Supplier<@Nullable Instant> readySince;
  private final Supplier<HostSnapshot> host;
  private final EngineTables tables;

  /**
   * @param host the newest snapshot of the computer, at once
   * @param thresholds of sensors, unless an operator has set others
   */
  public EngineCabinetView(
      String name,
      String version,
      ChangeWriter writer,
      Observations observations,
      BootCounters bootCounters,
      Supplier<@Nullable Instant> readySince,
      Supplier<HostSnapshot> host,
      ThresholdBook thresholds) {
    this.name = name;
    this.version = version;
    this.writer = writer;
    this.observations = observations;
    this.bootCounters = bootCounters;
    this.readySince = readySince;
    this.host = host;
    Memo<SensorLimits> limits = new Memo<>();
    this.tables =
        new EngineTables(cabinet ->
            limits.of(
                () -> new BookLimits(thresholds.over(cabinet.alarmState().thresholds().values())),
                cabinet.alarmState().thresholds()));
  }

  @Override
  public synchronized CabinetView frozen() {
    Cabinet cabinet = writer.current();
    return tables.of(
        cabinet,
        observations.snapshot(),
        new EngineTables.Surroundings(
            new CabinetFacts(name, version, readySince.get(), cabinet.nextNotification() - 1),
            counters(),
            observations.traffic().refusals(),
            host.get()));
  }

  private List<BootCounterRow> counters() {
    return bootCounters.read().stream()
        .map(c ->
            new BootCounterRow(
                BootCounterGroup.valueOf(c.group().name()), c.number(), c.name(), c.value()))
        .toList();
  }

  @Override
  public CabinetFacts cabinet() {
    return frozen().cabinet();
  }

  @Override
  public List<ChassisRow> chassis() {
    return frozen().chassis();
  }

  @Override
  public List<CardRow> cards() {
    return frozen().cards();
  }

  @Override
  public List<SensorRow> sensors() {
    return frozen().sensors();
  }

  @Override
  public List<ServiceRow> services() {
    return frozen().services();
  }

  @Override
  public List<BackendRow> backends() {
    return frozen().backends();
  }

  @Override
  public List<ProxyRow> proxies() {
    return frozen().proxies();
  }

  @Override
  public List<BootCounterRow> bootCounters() {
    return frozen().bootCounters();
  }

  @Override
  public List<AlarmRow> activeAlarms() {
    return frozen().activeAlarms();
  }

  @Override
  public HardwareRows hardware() {
    return frozen().hardware();
  }

  @Override
  public TrafficRows traffic() {
    return frozen().traffic();
  }

  @Override
  public SoftwareRows software() {
    return frozen().software();
  }

  @Override
  public List<ServiceDetailRow> serviceDetails() {
    return frozen().serviceDetails();
  }

  @Override
  public LeaseRows leases() {
    return frozen().leases();
  }

  @Override
  public HostSnapshot host() {
    return frozen().host();
  }
}
