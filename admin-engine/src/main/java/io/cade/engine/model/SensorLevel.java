package io.cade.engine.model;

import org.jspecify.annotations.Nullable;

/** Where a reading stands against its limits, from too low to too high. */
public enum SensorLevel {
  LOW_CRITICAL(Severity.CRITICAL),
  LOW_MAJOR(Severity.MAJOR),
  LOW_WARNING(Severity.WARNING),
  NORMAL(null),
  HIGH_WARNING(Severity.WARNING),
  HIGH_MAJOR(Severity.MAJOR),
  HIGH_CRITICAL(Severity.CRITICAL);

  private final @Nullable Severity severity;

  SensorLevel(@Nullable Severity severity) {
    this.severity = severity;
  }

  /** Severity of the alarm about it; null for {@link #NORMAL}. */
  public @Nullable Severity severity() {
    return severity;
  }

  public boolean isLow() {
    return compareTo(NORMAL) < 0;
  }

  public boolean isHigh() {
    return compareTo(NORMAL) > 0;
  }

  /** How far from {@link #NORMAL}: 0 to 3. */
  public int distance() {
    return switch (this) {
      case NORMAL -> 0;
      case LOW_WARNING, HIGH_WARNING -> 1;
      case LOW_MAJOR, HIGH_MAJOR -> 2;
      case LOW_CRITICAL, HIGH_CRITICAL -> 3;
    };
  }

  /** The level on one side that an alarm of this severity stands for. */
  public static SensorLevel of(Severity severity, boolean high) {
    return switch (severity) {
      case CRITICAL -> high ? HIGH_CRITICAL : LOW_CRITICAL;
      case MAJOR -> high ? HIGH_MAJOR : LOW_MAJOR;
      case MINOR, WARNING -> high ? HIGH_WARNING : LOW_WARNING;
    };
  }
}
