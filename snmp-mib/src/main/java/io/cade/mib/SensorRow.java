package io.cade.mib;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeSensorTable. The reading is {@code value × 10^-precision} in units of {@code type}
 * at {@code scale}: 415 with a precision of 1, {@link SensorType#CELSIUS} and {@link
 * SensorScale#UNITS} is 41.5 °C.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param slot slot of the card it belongs to, 0 for the chassis itself: second part of the index
 * @param sensor number within the card or chassis, 1 to 65,535: third part of the index
 * @param name what it measures, cut at 255 octets
 * @param type unit of the value
 * @param scale power of ten of the unit
 * @param precision decimal places in the value, 0 to 9
 * @param value the reading; the last one known (or 0) while unavailable
 * @param status what the reading means
 * @param lastUpdate when it was read last, null if never
 */
public record SensorRow(
    int chassis,
    int slot,
    int sensor,
    String name,
    SensorType type,
    SensorScale scale,
    int precision,
    int value,
    SensorStatus status,
    @Nullable Instant lastUpdate) {
  public SensorRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 0, Checks.MAX_POSITION);
    Checks.range("sensor", sensor, 1, Checks.MAX_POSITION);
    Checks.range("precision", precision, 0, 9);
  }

  /**
   * A row from a reading in whole units, for instance 41.5 °C with one decimal place.
   *
   * @throws IllegalArgumentException if the reading is not finite or does not fit 32 bits at that
   *     precision
   */
  public static SensorRow of(
      int chassis,
      int slot,
      int sensor,
      String name,
      SensorType type,
      double reading,
      int precision,
      SensorStatus status,
      @Nullable Instant lastUpdate) {
    if (!Double.isFinite(reading)) {
      throw new IllegalArgumentException("reading of " + name + " is " + reading);
    }
    var scaled =
        BigDecimal.valueOf(reading).movePointRight(precision).setScale(0, RoundingMode.HALF_EVEN);
    Checks.range(
        "reading of " + name,
        scaled
            .min(BigDecimal.valueOf(Long.MAX_VALUE))
            .max(BigDecimal.valueOf(Long.MIN_VALUE))
            .longValueExact(),
        Integer.MIN_VALUE,
        Integer.MAX_VALUE);
    return new SensorRow(
        chassis,
        slot,
        sensor,
        name,
        type,
        SensorScale.UNITS,
        precision,
        scaled.intValueExact(),
        status,
        lastUpdate);
  }
}
