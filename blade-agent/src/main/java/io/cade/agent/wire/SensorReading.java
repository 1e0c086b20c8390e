package io.cade.agent.wire;

import java.time.Instant;

/**
 * One value read from the hardware.
 *
 * @param name unique on its bus, for example {@code inlet} or {@code fan1}
 * @param kind physical quantity; fixes the unit
 * @param value in the kind's unit; meaningless when the quality is {@link Quality#UNAVAILABLE}
 * @param cause why the reading is unavailable, else empty
 */
public record SensorReading(
    String name, Kind kind, double value, Quality quality, String cause, Instant at) {
  /** Physical quantity with its unit. */
  public enum Kind {
    CELSIUS,
    RPM,
    PERCENT,
    VOLTS,
    AMPERES,
    WATTS,
    /** 1 for good, 0 for bad. */
    TRUTH
  }

  /** Whether the value can be believed. */
  public enum Quality {
    OK,
    UNAVAILABLE
  }

  public SensorReading {
    Limits.text("name", name, 32);
    Limits.text("cause", cause, 256);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("value of " + name + " is not finite");
    }
  }
}
