package io.cade.engine.snmp;

import io.cade.agent.wire.SensorReading;
import org.jspecify.annotations.Nullable;

/** Which limits a sensor has. */
@FunctionalInterface
interface SensorLimits {
  /**
   * Limits in the unit of the kind; null where there is none.
   *
   * @param readings in a row that raise the level
   */
  record Limits(
      @Nullable Double lowCritical,
      @Nullable Double lowMajor,
      @Nullable Double lowWarning,
      @Nullable Double highWarning,
      @Nullable Double highMajor,
      @Nullable Double highCritical,
      double hysteresis,
      int readings) {}

  /**
   * The limits of a sensor, null if it has none.
   *
   * @param model of the card, empty for a chassis
   * @param at {@code card 1.3} or {@code chassis 1}
   */
  @Nullable Limits of(SensorReading.Kind kind, String name, String model, String at);
}
