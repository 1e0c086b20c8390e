package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * One value read from the hardware.
 *
 * @param name unique on its bus, for example {@code inlet} or {@code fan1}
 * @param kind physical quantity; fixes the unit
 * @param value in the kind's unit; meaningless when the quality is {@link Quality#UNAVAILABLE}
 * @param quality OK when it is not said: reports are most of what an engine reads
 * @param cause why the reading is unavailable, else empty
 */
public record SensorReading(
    String name,
    Kind kind,
    double value,
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Believed.class) Quality quality,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String cause,
    Instant at) {
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
    quality = quality == null ? Quality.OK : quality;
    cause = cause == null ? "" : cause;
    Limits.text("name", name, 32);
    Limits.text("cause", cause, 256);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("value of " + name + " is not finite");
    }
  }

  /** What Jackson compares a quality with: one that is equal is left out. */
  static final class Believed {
    @Override
    public boolean equals(Object other) {
      return other == Quality.OK;
    }

    @Override
    public int hashCode() {
      return Quality.OK.hashCode();
    }
  }
}
