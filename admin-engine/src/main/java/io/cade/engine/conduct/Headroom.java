package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SupplyStatus;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.SensorLevel;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.Observed;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What is left of power and of cool air, as it was measured last (SPEC A4 phase 2). What nobody has
 * measured counts as enough. Immutable; compared by steps so coarse that two looks a minute apart
 * choose alike.
 *
 * @param shortWatts of chassis that could not feed all their cards if their largest supply failed:
 *     how many watts would be missing
 * @param warm cards with less than {@value #LITTLE_AIR} K to the first limit of one of their
 *     sensors: how many kelvin are left, rounded down
 */
public record Headroom(Map<Integer, Integer> shortWatts, Map<CardPosition, Integer> warm) {
  /** A card that gets work becomes warmer by about as much. */
  static final int LITTLE_AIR = 10;

  private static final List<SensorLevel> LIMITS =
      List.of(SensorLevel.HIGH_WARNING, SensorLevel.HIGH_MAJOR, SensorLevel.HIGH_CRITICAL);

  public Headroom {
    shortWatts = Map.copyOf(shortWatts);
    warm = Map.copyOf(warm);
  }

  /** Nothing was measured. */
  public static Headroom unknown() {
    return new Headroom(Map.of(), Map.of());
  }

  /**
   * What was measured.
   *
   * @param configured thresholds of sensors, over which the cabinet's own count
   */
  public static Headroom of(Cabinet cabinet, Observed observed, ThresholdBook configured) {
    Map<Integer, Integer> demand = new HashMap<>();
    Map<CardPosition, Integer> warm = new HashMap<>();
    ThresholdBook book = configured.over(cabinet.alarmState().thresholds().values());
    for (Card card : cabinet.cards().values()) {
      CardPosition at = card.position();
      if (CardHardware.draws(card)) {
        demand.merge(at.chassis(), CardHardware.maxWatts(card), Integer::sum);
      }
      Observed.CardHeard heard = observed.cards().get(at);
      if (heard != null && heard.bootId().equals(card.bootId())) {
        OptionalDouble left = left(card, heard.readings(), book);
        if (left.isPresent() && left.getAsDouble() < LITTLE_AIR) {
          warm.put(at, (int) Math.floor(left.getAsDouble()));
        }
      }
    }
    Map<Integer, Integer> shortWatts = new HashMap<>();
    observed
        .chassis()
        .forEach((number, heard) -> {
          int missing = demand.getOrDefault(number, 0) - withoutLargest(heard.status());
          if (missing > 0) {
            shortWatts.put(number, missing);
          }
        });
    return new Headroom(shortWatts, warm);
  }

  /** What is left for cards when the largest good supply fails; very much where nobody knows. */
  private static int withoutLargest(ChassisStatus status) {
    if (CardHardware.capacityForCards(status).isEmpty()) {
      return Integer.MAX_VALUE;
    }
    List<Integer> watts =
        status.supplies().stream()
            .filter(SupplyStatus::good)
            .map(SupplyStatus::usableWatts)
            .sorted(Comparator.reverseOrder())
            .toList();
    int rest = watts.stream().skip(1).mapToInt(Integer::intValue).sum();
    return Math.max(0, rest - CardHardware.CHASSIS_WATTS);
  }

  /** Kelvin to the nearest limit of a card's temperature sensors. */
  private static OptionalDouble left(Card card, List<SensorReading> readings, ThresholdBook book) {
    String model = card.hardware() == null ? "" : card.hardware().model();
    return readings.stream()
        .filter(
            r -> r.kind() == SensorReading.Kind.CELSIUS && r.quality() == SensorReading.Quality.OK)
        .flatMap(r -> {
          SensorThreshold t = book.of(r.kind(), r.name(), model, "card " + card.position());
          return t == null
              ? Stream.empty()
              : LIMITS.stream().map(t::limit).filter(Objects::nonNull).map(l -> l - r.value());
        })
        .mapToDouble(Double::doubleValue)
        .min();
  }
}
