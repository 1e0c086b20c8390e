package io.cade.agent.hw;

import java.time.Instant;
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
