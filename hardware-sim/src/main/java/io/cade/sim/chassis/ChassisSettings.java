package io.cade.sim.chassis;

/**
 * The constants of a simulated chassis.
 *
 * @param ambientCelsius air at the inlet
 * @param slots card positions, 1 to 14
 * @param idleWatts heat of a powered card without load
 * @param fullWatts heat of a card at full load
 * @param fanMaxRpm speed at full drive; at least 2000, so that the tachometer can measure low
 *     drives
 * @param noiseCelsius standard deviation of the slow drift of every temperature, 0 for none
 * @param supplyWatts that each of the two supplies may give
 */
public record ChassisSettings(
    double ambientCelsius,
    int slots,
    double idleWatts,
    double fullWatts,
    double fanMaxRpm,
    double noiseCelsius,
    int supplyWatts) {

  public ChassisSettings {
    if (slots < 1 || slots > 14) {
      throw new IllegalArgumentException("a chassis has 1 to 14 slots, got " + slots);
    }
    if (!(idleWatts >= 0 && fullWatts >= idleWatts && fanMaxRpm >= 2000 && noiseCelsius >= 0)) {
      throw new IllegalArgumentException(
          "need 0 <= idleWatts <= fullWatts, fanMaxRpm >= 2000 and noiseCelsius >= 0, got "
              + idleWatts
              + ", "
              + fullWatts
              + ", "
              + fanMaxRpm
              + " and "
              + noiseCelsius);
    }
  }

  /** 24 °C, 14 slots, 25 to 60 W per card, fans of 6000 rpm, a drift of 0.2 °C. */
  public static ChassisSettings defaults() {
    return new ChassisSettings(24, 14, 25, 60, 6000, 0.2, 1200);
  }

  /** The same with another number of slots. */
  public ChassisSettings withSlots(int slots) {
    return new ChassisSettings(
        ambientCelsius, slots, idleWatts, fullWatts, fanMaxRpm, noiseCelsius, supplyWatts);
  }

  /** The same with other supplies. */
  public ChassisSettings withSupplyWatts(int watts) {
    return new ChassisSettings(
        ambientCelsius, slots, idleWatts, fullWatts, fanMaxRpm, noiseCelsius, watts);
  }

  /** The same without drift, for tests that compare two runs. */
  public ChassisSettings withoutNoise() {
    return new ChassisSettings(
        ambientCelsius, slots, idleWatts, fullWatts, fanMaxRpm, 0, supplyWatts);
  }
}
