package io.cade.engine.snmp;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.model.Cabinet;
import io.cade.engine.observe.BootCounters;
import io.cade.engine.observe.Observations;
import io.cade.engine.observe.Observed;
import io.cade.mib.AlarmRow;
import io.cade.mib.BackendRow;
import io.cade.mib.BootCounterGroup;
import io.cade.mib.BootCounterRow;
import io.cade.mib.CabinetFacts;
import io.cade.mib.CabinetView;
import io.cade.mib.CardRow;
import io.cade.mib.ChassisRow;
import io.cade.mib.ProxyRow;
import io.cade.mib.SensorRow;
import io.cade.mib.ServiceRow;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What SNMP readers see: the newest durable state and the last that was heard. Thread-safe. */
public final class EngineCabinetView implements CabinetView {
  private final String name;
  private final String version;
  private final ChangeWriter writer;
  private final Observations observations;
  private final BootCounters bootCounters;
  private final Supplier<@Nullable Instant> readySince;

  public EngineCabinetView(
      String name,
      String version,
      ChangeWriter writer,
      Observations observations,
      BootCounters bootCounters,
      Supplier<@Nullable Instant> readySince) {
    this.name = name;
    this.version = version;
    this.writer = writer;
    this.observations = observations;
    this.bootCounters = bootCounters;
    this.readySince = readySince;
  }

  @Override
  public CabinetView frozen() {
    return new Frozen(facts(), writer.current(), observations.snapshot(), bootCounters());
  }

  private CabinetFacts facts() {
    return new CabinetFacts(
        name, version, readySince.get(), writer.current().nextNotification() - 1);
  }

  private SnmpRows rows() {
    return new SnmpRows(writer.current(), observations.snapshot());
  }

  @Override
  public CabinetFacts cabinet() {
    return facts();
  }

  @Override
  public List<ChassisRow> chassis() {
    return rows().chassis();
  }

  @Override
  public List<CardRow> cards() {
    return rows().cards();
  }

  @Override
  public List<SensorRow> sensors() {
    return rows().sensors();
  }

  @Override
  public List<ServiceRow> services() {
    return rows().services();
  }

  @Override
  public List<BackendRow> backends() {
    return rows().backends();
  }

  @Override
  public List<ProxyRow> proxies() {
    return rows().proxies();
  }

  @Override
  public List<BootCounterRow> bootCounters() {
    return bootCounters.read().stream()
        .map(c ->
            new BootCounterRow(
                BootCounterGroup.valueOf(c.group().name()), c.number(), c.name(), c.value()))
        .toList();
  }

  @Override
  public List<AlarmRow> activeAlarms() {
    return rows().alarms();
  }

  /** All tables of one moment. */
  private static final class Frozen implements CabinetView {
    private final CabinetFacts facts;
    private final SnmpRows rows;
    private final List<BootCounterRow> bootCounters;

    Frozen(
        CabinetFacts facts, Cabinet cabinet, Observed observed, List<BootCounterRow> bootCounters) {
      this.facts = facts;
      this.bootCounters = bootCounters;
      this.rows = new SnmpRows(cabinet, observed);
    }

    @Override
    public CabinetFacts cabinet() {
      return facts;
    }

    @Override
    public List<ChassisRow> chassis() {
      return rows.chassis();
    }

    @Override
    public List<CardRow> cards() {
      return rows.cards();
    }

    @Override
    public List<SensorRow> sensors() {
      return rows.sensors();
    }

    @Override
    public List<ServiceRow> services() {
      return rows.services();
    }

    @Override
    public List<BackendRow> backends() {
      return rows.backends();
    }

    @Override
    public List<ProxyRow> proxies() {
      return rows.proxies();
    }

    @Override
    public List<BootCounterRow> bootCounters() {
      return bootCounters;
    }

    @Override
    public List<AlarmRow> activeAlarms() {
      return rows.alarms();
    }
  }
}
