package io.cade.agent.hw;

import java.time.Instant;
import java.util.Optional;

/**
 * One sensor at one moment. Immutable. A sensor that could not be read is also a reading: its
 * quality says why and its value is {@link Double#NaN}.
 *
 * @param name stable within its bus: {@code board.temperature}, {@code inlet.temperature}, {@code
 *     fan.1}, {@code supply.2}
 * @param type what is measured and in which unit
 * @param value in the unit of {@code type}; NaN unless the quality is {@link Quality.Ok}
 * @param quality whether there is a value, and the cause if not
 * @param at when the chip was asked
 */
public record Reading(String name, SensorType type, double value, Quality quality, Instant at) {

  public Reading {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a reading needs the name of its sensor");
    }
    if (Double.isNaN(value) == (quality instanceof Quality.Ok)) {
      throw new IllegalArgumentException(
          "sensor "
              + name
              + ": a value and quality "
              + quality
              + " contradict each other: "
              + value);
    }
  }

  /** A sensor that answered. */
  public static Reading ok(String name, SensorType type, double value, Instant at) {
    return new Reading(name, type, value, new Quality.Ok(), at);
  }

  /** A sensor that could not be read, and why. */
  public static Reading unavailable(String name, SensorType type, String cause, Instant at) {
    return new Reading(name, type, Double.NaN, new Quality.Unavailable(cause), at);
  }

  public boolean isOk() {
    return quality instanceof Quality.Ok;
  }

  /** Why there is no value; empty when there is one. */
  public Optional<String> cause() {
    return switch (quality) {
      case Quality.Ok() -> Optional.empty();
      case Quality.Unavailable(String cause) -> Optional.of(cause);
    };
  }
}
