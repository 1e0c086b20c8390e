package io.cade.mib;

/**
 * A row of cadeThresholdTable: the limits of one sensor of cadeSensorTable, counted as its value
 * is.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param slot slot of the card, 0 for the chassis itself: second part of the index
 * @param sensor number of the sensor, 1 to 65,535: third part of the index
 * @param lowCritical {@link #NO_LOW} if there is none
 * @param lowMajor {@link #NO_LOW} if there is none
 * @param lowWarning {@link #NO_LOW} if there is none
 * @param highWarning {@link #NO_HIGH} if there is none
 * @param highMajor {@link #NO_HIGH} if there is none
 * @param highCritical {@link #NO_HIGH} if there is none
 * @param hysteresis how far a reading must come back, not negative
 * @param deBounce readings in a row that raise the level
 * @param level the limit that the sensor is beyond
 */
public record ThresholdRow(
    int chassis,
    int slot,
    int sensor,
    int lowCritical,
    int lowMajor,
    int lowWarning,
    int highWarning,
    int highMajor,
    int highCritical,
    int hysteresis,
    int deBounce,
    ThresholdLevel level) {
  /** A low limit that no reading is below. */
  public static final int NO_LOW = Integer.MIN_VALUE;

  /** A high limit that no reading reaches. */
  public static final int NO_HIGH = Integer.MAX_VALUE;

  public ThresholdRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 0, Checks.MAX_POSITION);
    Checks.range("sensor", sensor, 1, Checks.MAX_POSITION);
    Checks.range("hysteresis", hysteresis, 0, Integer.MAX_VALUE);
    Checks.range("deBounce", deBounce, 0, 65_535);
  }

  /** A sensor without limits. */
  public static ThresholdRow none(int chassis, int slot, int sensor) {
    return new ThresholdRow(
        chassis,
        slot,
        sensor,
        NO_LOW,
        NO_LOW,
        NO_LOW,
        NO_HIGH,
        NO_HIGH,
        NO_HIGH,
        0,
        0,
        ThresholdLevel.UNKNOWN);
  }
}
