package io.cade.engine.operate;

import io.cade.agent.wire.SensorReading;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.change.Transaction;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change.AlarmChange;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.ThresholdBook;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The limits of sensors: seen, set, taken away. Each action is on record. Thread-safe. */
public final class ThresholdOperations {
  private final AuditedActions actions;
  private final ThresholdBook configured;

  ThresholdOperations(AuditedActions actions, ThresholdBook configured) {
    this.actions = actions;
    this.configured = configured;
  }

  /**
   * A threshold as it is shown.
   *
   * @param set whether an operator has set it; else it is of the configuration or a standard one
   */
  public record ThresholdView(
      String kind,
      String name,
      String model,
      String at,
      @Nullable Double lowCritical,
      @Nullable Double lowMajor,
      @Nullable Double lowWarning,
      @Nullable Double highWarning,
      @Nullable Double highMajor,
      @Nullable Double highCritical,
      double hysteresis,
      int readings,
      double holdSeconds,
      boolean set) {}

  /** All thresholds that hold. */
  public List<ThresholdView> all(Cabinet cabinet) {
    Map<SensorThreshold.Key, SensorThreshold> set = cabinet.alarmState().thresholds();
    return configured.over(set.values()).all().stream()
        .map(t -> view(t, set.containsKey(t.key())))
        .toList();
  }

  private static ThresholdView view(SensorThreshold t, boolean set) {
    SensorThreshold.Key k = t.key();
    return new ThresholdView(
        k.kind().name().toLowerCase(Locale.ROOT),
        k.name(),
        k.model(),
        k.at(),
        t.lowCritical(),
        t.lowMajor(),
        t.lowWarning(),
        t.highWarning(),
        t.highMajor(),
        t.highCritical(),
        t.hysteresis(),
        t.readings(),
        t.hold().toMillis() / 1000.0,
        set);
  }

  /**
   * Changes a threshold; what is not given stays as it is, or as it is for less precise sensors.
   *
   * @param given {@code kind}, {@code name}, {@code model}, {@code at}, and what {@link
   *     SensorThreshold#with} takes
   */
  public CompletionStage<ThresholdView> set(Caller caller, Map<String, String> given) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "set threshold " + Operations.cut(given.toString()),
        true,
        setting(given));
  }

  /** What {@link #set} decides, without authorisation and record. */
  Transaction<ThresholdView> setting(Map<String, String> given) {
    Map<String, String> values = new TreeMap<>(given);
    return (cabinet, now) -> {
      SensorThreshold next;
      try {
        SensorThreshold.Key key = key(values);
        if (!key.isSomewhere()) {
          throw new IllegalArgumentException(
              "at is '" + key.at() + "'; 'card 1.3' or 'chassis 1' is meant");
        }
        Map<SensorThreshold.Key, SensorThreshold> set = cabinet.alarmState().thresholds();
        if (!set.containsKey(key) && set.size() >= ThresholdBook.MAX_SET) {
          throw new Refusal(
              Refusal.Kind.LIMIT, ThresholdBook.MAX_SET + " thresholds are set already");
        }
        SensorThreshold old =
            configured.over(set.values()).of(key.kind(), key.name(), key.model(), key.at());
        next = (old == null ? SensorThreshold.none(key) : old).with(key, limits(values));
        Double end = next.highEnd();
        if (end != null && end < least(key.kind())) {
          throw new IllegalArgumentException(
              "hysteresis "
                  + next.hysteresis()
                  + " is too large: no alarm would end before a reading falls to "
                  + end);
        }
      } catch (IllegalArgumentException e) {
        throw AlarmOperations.invalid(e);
      }
      return Decision.of(view(next, true), new AlarmChange.ThresholdSet(next));
    };
  }

  /** Takes a threshold away that was set; what the configuration says holds again. */
  public CompletionStage<Boolean> remove(Caller caller, Map<String, String> given) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        "remove threshold " + Operations.cut(given.toString()),
        true,
        (cabinet, now) -> {
          SensorThreshold.Key key;
          try {
            key = key(given);
          } catch (IllegalArgumentException e) {
            throw AlarmOperations.invalid(e);
          }
          if (!cabinet.alarmState().thresholds().containsKey(key)) {
            throw new Refusal(
                Refusal.Kind.NOT_FOUND,
                "no such threshold is set: "
                    + key.words()
                    + "; ./cade alarm thresholds shows them (column SET)");
          }
          return Decision.of(true, new AlarmChange.ThresholdRemoved(key.toString()));
        });
  }

  /** No reading is below it. A voltage may be: telecom supplies give -48 V. */
  private static double least(SensorReading.Kind kind) {
    return switch (kind) {
      case CELSIUS -> -273;
      case RPM, PERCENT, TRUTH -> 0;
      case VOLTS, AMPERES, WATTS -> Double.NEGATIVE_INFINITY;
    };
  }

  private static SensorThreshold.Key key(Map<String, String> values) {
    return new SensorThreshold.Key(
        SensorThreshold.kindOf(values.getOrDefault("kind", "")),
        values.getOrDefault("name", "*"),
        values.getOrDefault("model", ""),
        values.getOrDefault("at", ""));
  }

  private static Map<String, String> limits(Map<String, String> values) {
    Map<String, String> limits = new TreeMap<>(values);
    limits.keySet().removeAll(List.of("kind", "name", "model", "at"));
    return limits;
  }
}
