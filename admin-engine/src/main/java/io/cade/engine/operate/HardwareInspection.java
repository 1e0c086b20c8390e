package io.cade.engine.operate;

import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.SensorReading;
import io.cade.engine.conduct.CardHardware;
import io.cade.engine.model.Cabinet;
import io.cade.engine.observe.Observed;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is to be seen of the chassis. Thread-safe. */
public final class HardwareInspection {
  private final Supplier<Cabinet> cabinet;
  private final Supplier<Observed> observed;

  public HardwareInspection(Supplier<Cabinet> cabinet, Supplier<Observed> observed) {
    this.cabinet = cabinet;
    this.observed = observed;
  }

  /** Every chassis that was read since the engine started, in order. */
  public List<Views.ChassisView> chassis() {
    Cabinet now = cabinet.get();
    return observed.get().chassis().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(e -> view(now, e.getValue()))
        .toList();
  }

  private static Views.ChassisView view(Cabinet cabinet, Observed.ChassisHeard heard) {
    ChassisStatus s = heard.status();
    ChassisOutputs outputs = s.outputs() == null ? ChassisOutputs.NONE : s.outputs();
    OptionalInt capacity = CardHardware.capacityForCards(s);
    int demand =
        cabinet.cards().values().stream()
            .filter(c -> c.position().chassis() == s.chassis() && CardHardware.draws(c))
            .mapToInt(CardHardware::maxWatts)
            .sum();
    return new Views.ChassisView(
        s.chassis(),
        heard.reader(),
        heard.at(),
        s.presentSlots(),
        s.openHandles(),
        outputs.poweredOff(),
        outputs.blue(),
        outputs.locate(),
        s.fanControl(),
        s.fans().stream()
            .map(f ->
                new Views.FanView(
                    f.number(),
                    rounded(value(s, "fan." + f.number())),
                    f.dutyPercent(),
                    f.stalled(),
                    f.spinFailed(),
                    f.driveFailed()))
            .toList(),
        s.supplies().stream()
            .map(p ->
                new Views.SupplyView(
                    p.number(),
                    p.good(),
                    p.serial(),
                    p.capacityWatts(),
                    p.usableWatts(),
                    rounded(value(s, "supply." + p.number() + ".watts"))))
            .toList(),
        demand,
        capacity.isPresent() ? capacity.getAsInt() : null);
  }

  private static @Nullable Long rounded(@Nullable Double value) {
    return value == null ? null : Math.round(value);
  }

  private static @Nullable Double value(ChassisStatus s, String name) {
    return s.readings().stream()
        .filter(r -> r.name().equals(name) && r.quality() == SensorReading.Quality.OK)
        .map(SensorReading::value)
        .findFirst()
        .orElse(null);
  }
}
