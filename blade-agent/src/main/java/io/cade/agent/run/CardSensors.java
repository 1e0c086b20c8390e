package io.cade.agent.run;

import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.SensorReading;
import java.util.List;
import java.util.Optional;

/**
 * What a card can measure. Calls may block on a bus for a moment; a value that cannot be read is a
 * reading that says so. Called by one thread at a time.
 */
public interface CardSensors {
  /** The card's own sensors; at most 64. */
  List<SensorReading> card();

  /** The chassis bus; called only while the card is elected to read it. */
  Optional<ChassisStatus> chassis();

  /** A card without sensors. */
  static CardSensors none() {
    return new CardSensors() {
      @Override
      public List<SensorReading> card() {
        return List.of();
      }

      @Override
      public Optional<ChassisStatus> chassis() {
        return Optional.empty();
      }
    };
  }
}
