package io.cade.agent.run;

import io.cade.agent.wire.ChassisOutputs;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.DiskStatus;
import io.cade.agent.wire.SensorReading;
import java.io.IOException;
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

  /** Whether the card is elected to read its chassis' bus from now on. */
  default void chassisReader(boolean elected) {}

  /**
   * Calls the listener, on a thread of the sensors' own, when something is read that ought to be
   * reported at once; it must not block. There is one listener.
   */
  default void onNews(Runnable listener) {}

  /** The card's data disks, at most 8; empty for a card without. */
  default List<DiskStatus> disks() {
    return List.of();
  }

  /**
   * Sets the power outputs and LEDs of the chassis, and reads back that they are set.
   *
   * @throws IOException when the expanders did not take it
   */
  default void setOutputs(ChassisOutputs outputs) throws IOException {
    throw new IOException("this card has no chassis bus");
  }

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
