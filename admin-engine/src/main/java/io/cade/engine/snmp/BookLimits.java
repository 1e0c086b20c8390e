package io.cade.engine.snmp;

import io.cade.agent.wire.SensorReading;
import io.cade.engine.model.SensorThreshold;
import io.cade.engine.model.ThresholdBook;
import org.jspecify.annotations.Nullable;

/** The limits of a book of thresholds. */
record BookLimits(ThresholdBook book) implements SensorLimits {
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
