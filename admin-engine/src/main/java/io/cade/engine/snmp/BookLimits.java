package io.cade.engine.snmp;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.ThresholdBook;

/**
 * The limits that hold in a cabinet: those of the configuration, and over them those that were set.
 * The same instance for as long as nobody sets any. Not thread-safe.
 */
final class BookLimits {
  private final ThresholdBook configured;
  private final Memo<SensorLimits> limits = new Memo<>();

  BookLimits(ThresholdBook configured) {
    this.configured = configured;
  }

  SensorLimits of(Cabinet cabinet) {
    var set = cabinet.alarmState().thresholds();
    return limits.of(() -> limits(configured.over(set.values())), set);
  }

  private static SensorLimits limits(ThresholdBook book) {
    return (kind, name, model, at) -> {
      SensorThreshold t = book.of(kind, name, model, at);
      return t == null
          ? null
          : new SensorLimits.Limits(
              t.lowCritical(),
              t.lowMajor(),
              t.lowWarning(),
              t.highWarning(),
              t.highMajor(),
              t.highCritical(),
              t.hysteresis(),
              t.readings());
    };
  }
}
