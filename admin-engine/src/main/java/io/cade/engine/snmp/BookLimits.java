package io.cade.engine.snmp;

import io.cade.agent.wire.SensorReading;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.ThresholdBook;
import org.jspecify.annotations.Nullable;

/** The limits that hold: those of the configuration, and over them those that operators set. */
record BookLimits(ThresholdBook book) implements SensorLimits {
  static SensorLimits of(ThresholdBook configured, Cabinet cabinet) {
    return new BookLimits(configured.over(cabinet.alarmState().thresholds().values()));
  }

  @Override
  public @Nullable Limits of(SensorReading.Kind kind, String name, String model, String at) {
    SensorThreshold t = book.of(kind, name, model, at);
    return t == null
        ? null
        : new Limits(
            t.lowCritical(),
            t.lowMajor(),
            t.lowWarning(),
            t.highWarning(),
            t.highMajor(),
            t.highCritical(),
            t.hysteresis(),
            t.readings());
  }
}
