package io.cade.agent.hw;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The step from a driver's exception to a value, shared by the two aggregates. */
final class Sensors {

  private Sensors() {}

  /** A driver's call. */
  @FunctionalInterface
  interface Measurement {
    double take() throws BusException;
  }

  static Reading read(String name, SensorType type, Instant at, Measurement measurement) {
    try {
      return Reading.ok(name, type, measurement.take(), at);
    } catch (BusException e) {
      return Reading.unavailable(name, type, String.valueOf(e.getMessage()), at);
    }
  }

  /**
   * Volts, amperes and watts of one monitor: three readings of one look, or three times why not.
   */
  static void rail(String name, Ina226 monitor, Instant at, List<Reading> readings) {
    try {
      Ina226.Rail rail = monitor.rail();
      readings.add(Reading.ok(name + ".volts", SensorType.VOLTSDC, rail.volts(), at));
      readings.add(Reading.ok(name + ".amperes", SensorType.AMPERES, rail.amperes(), at));
      readings.add(Reading.ok(name + ".watts", SensorType.WATTS, rail.watts(), at));
    } catch (BusException e) {
      String cause = String.valueOf(e.getMessage());
      readings.add(Reading.unavailable(name + ".volts", SensorType.VOLTSDC, cause, at));
      readings.add(Reading.unavailable(name + ".amperes", SensorType.AMPERES, cause, at));
      readings.add(Reading.unavailable(name + ".watts", SensorType.WATTS, cause, at));
    }
  }

  static FruAreas.Result areas(Eeprom24c02 eeprom) {
    try {
      return FruAreas.decode(eeprom.readAll());
    } catch (BusException e) {
      return new FruAreas.Result(Optional.empty(), List.of(String.valueOf(e.getMessage())));
    }
  }

  static FruResult inventory(Eeprom24c02 eeprom) {
    try {
      return Fru.decode(eeprom.readAll());
    } catch (BusException e) {
      return new FruResult.Unusable(String.valueOf(e.getMessage()));
    }
  }

  static Optional<FruBoardInfo> boardInfo(FruResult result) {
    return switch (result) {
      case FruBoardInfo board -> Optional.of(board);
      case FruResult.Unusable unusable -> Optional.empty();
    };
  }
}
