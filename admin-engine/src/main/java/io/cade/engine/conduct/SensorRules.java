package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SensorReading.Kind;
import io.cade.engine.conduct.DueAlarms.Due;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.SensorLevel;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.Severity;
import io.cade.engine.model.ThresholdBook;
import io.cade.engine.observe.Observed;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Alarms that come from readings, by the thresholds that hold. Used by one pass at a time. */
final class SensorRules {
  private static final Set<AlarmType> SENSED = EnumSet.noneOf(AlarmType.class);

  static {
    for (Kind kind : Kind.values()) {
      SENSED.add(type(kind, true));
      SENSED.add(type(kind, false));
    }
  }

  private final ThresholdBook configured;
  private @Nullable Map<SensorThreshold.Key, SensorThreshold> set;
  private ThresholdBook book;

  /**
   * Words that gave no cause for an alarm. A pass comes several times between two reports: the same
   * words under the same thresholds say the same, and need not be judged again.
   */
  private final Map<CardPosition, Observed.CardHeard> harmlessCards = new HashMap<>();

  private final Map<Integer, Observed.ChassisHeard> harmlessChassis = new HashMap<>();

  SensorRules(ThresholdBook configured) {
    this.configured = configured;
    this.book = configured;
  }

  /** The alarm about a reading on one side of its range. */
  static AlarmType type(Kind kind, boolean high) {
    return switch (kind) {
      case CELSIUS -> high ? AlarmType.TEMPERATURE_HIGH : AlarmType.TEMPERATURE_LOW;
      case RPM -> high ? AlarmType.FAN_FAST : AlarmType.FAN_FAILED;
      case VOLTS -> AlarmType.VOLTAGE_WRONG;
      case AMPERES, WATTS -> AlarmType.LOAD_WRONG;
      case PERCENT -> AlarmType.RATIO_WRONG;
      case TRUTH -> AlarmType.SUPPLY_FAILED;
    };
  }

  @SuppressWarnings("ReferenceEquality") // the same map needs no second book, nor the same words
  void apply(Cabinet cabinet, Observed observed, DueAlarms due) {
    Map<SensorThreshold.Key, SensorThreshold> now = cabinet.alarmState().thresholds();
    if (now != set) {
      set = now;
      book = configured.over(now.values());
      harmlessCards.clear();
      harmlessChassis.clear();
    }
    observed
        .chassis()
        .forEach((chassis, heard) -> {
          if (harmlessChassis.get(chassis) != heard
              && !gaveCause(cabinet, "chassis " + chassis, "", heard.status().readings(), due)) {
            harmlessChassis.put(chassis, heard);
          }
        });
    observed
        .cards()
        .forEach((position, heard) -> {
          Card card = cabinet.cards().get(position);
          if (card != null && harmlessCards.get(position) != heard && isOfThisBoot(card, heard)) {
            String model = card.hardware() == null ? "" : card.hardware().model();
            if (!gaveCause(cabinet, "card " + position, model, heard.readings(), due)) {
              harmlessCards.put(position, heard);
            }
          }
        });
    // What cannot be read now keeps its alarm: silence is not good news. A card that was taken out
    // took its sensors with it.
    for (Alarm alarm : cabinet.alarms().values()) {
      if (SENSED.contains(alarm.key().type()) && !readNow(cabinet, observed, alarm.key())) {
        due.keep(alarm);
      }
    }
  }

  /** Adds what is due by these readings; false when it is nothing. */
  private boolean gaveCause(
      Cabinet cabinet, String at, String model, List<SensorReading> readings, DueAlarms due) {
    boolean cause = false;
    for (SensorReading r : readings) {
      cause |= sensor(cabinet, at, model, r, due);
    }
    return cause;
  }

  private boolean sensor(Cabinet cabinet, String at, String model, SensorReading r, DueAlarms due) {
    SensorThreshold t = book.of(r.kind(), r.name(), model, at);
    if (r.quality() != SensorReading.Quality.OK || t == null) {
      return false;
    }
    boolean cause = false;
    String source = at + " " + r.name();
    for (boolean high : new boolean[] {true, false}) {
      AlarmKey key = new AlarmKey(type(r.kind(), high), source);
      Alarm active = cabinet.alarms().get(key);
      SensorLevel before =
          active == null ? SensorLevel.NORMAL : SensorLevel.of(active.severity(), high);
      SensorLevel level = ThresholdBook.levelOf(t, before, r.value());
      Severity severity = level.severity();
      if (severity != null && level.isHigh() == high) {
        cause = true;
        due.add(
            key,
            new Due(
                severity,
                text(source, r, Objects.requireNonNull(t.limit(level)), high),
                "",
                r.at(),
                t.readings(),
                t.hold()));
      }
    }
    return cause;
  }

  private static String text(String source, SensorReading r, double limit, boolean high) {
    return switch (r.kind()) {
      case CELSIUS ->
          "%s reads %.1f °C, %s %.0f °C".formatted(source, r.value(), word(high), limit);
      case RPM ->
          "%s turns at %.0f rpm, %s %.0f rpm".formatted(source, r.value(), word(high), limit);
      case TRUTH -> source + " gives no power";
      case VOLTS -> "%s reads %.3f V, %s %.3f V".formatted(source, r.value(), word(high), limit);
      case AMPERES -> "%s reads %.3f A, %s %.3f A".formatted(source, r.value(), word(high), limit);
      case WATTS -> "%s reads %.1f W, %s %.1f W".formatted(source, r.value(), word(high), limit);
      case PERCENT ->
          "%s reads %.1f %%, %s %.1f %%".formatted(source, r.value(), word(high), limit);
    };
  }

  private static String word(boolean high) {
    return high ? "limit" : "lower limit";
  }

  /** Whether the sensor behind an alarm was read, or is not there any more. */
  private static boolean readNow(Cabinet cabinet, Observed observed, AlarmKey key) {
    String source = key.source();
    Place place = Place.of(source);
    if (place == null || place.rest().isEmpty()) {
      return true;
    }
    CardPosition at = place.card();
    if (at != null) {
      Card card = cabinet.cards().get(at);
      if (card == null || isOut(card.state())) {
        return true;
      }
      Observed.CardHeard heard = observed.cards().get(at);
      return heard != null
          && isOfThisBoot(card, heard)
          && readable(heard.readings(), place.rest(), key.type());
    }
    Observed.ChassisHeard heard = observed.chassis().get(place.chassis());
    return heard != null && readable(heard.status().readings(), place.rest(), key.type());
  }

  /**
   * Whether the card said so since it has power: what was read before it was switched off for its
   * heat must not switch it off again.
   */
  private static boolean isOfThisBoot(Card card, Observed.CardHeard heard) {
    return card.state().isAlive()
        && card.state() != CardState.BOOTING
        && heard.bootId().equals(card.bootId());
  }

  private static boolean isOut(CardState state) {
    return switch (state) {
      case ABSENT, OFF, QUARANTINED -> true;
      case BOOTING, AVAILABLE, ASSIGNED, RUNNING, DEGRADED, FAILED, UPDATING -> false;
    };
  }

  private static boolean readable(List<SensorReading> readings, String name, AlarmType type) {
    return readings.stream()
        .anyMatch(r ->
            r.name().equals(name)
                && r.quality() == SensorReading.Quality.OK
                && (type(r.kind(), true) == type || type(r.kind(), false) == type));
  }
}
