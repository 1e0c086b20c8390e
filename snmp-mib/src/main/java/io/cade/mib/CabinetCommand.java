package io.cade.mib;

/**
 * What a SET asks for, in terms of the cabinet. A SET with several variable bindings becomes a list
 * of these, carried out all or not at all.
 */
public sealed interface CabinetCommand {

  /** Power of the card in a slot. */
  record CardPower(int chassis, int slot, Power power) implements CabinetCommand {}

  /** What power may be told. */
  enum Power {
    OFF,
    ON,
    /** Off and on again. */
    CYCLE
  }

  /** The locate LED of a card. */
  record CardLocate(int chassis, int slot, boolean on) implements CabinetCommand {}

  /**
   * Gives a card to a service.
   *
   * @param service name of the service; empty releases the card
   */
  record CardAssign(int chassis, int slot, String service) implements CabinetCommand {}

  /**
   * Acknowledges an active alarm.
   *
   * @param sequence sequence number under which it was raised
   */
  record AlarmAcknowledge(long sequence) implements CabinetCommand {}

  /** Sends a notification that means nothing, so that its way can be seen. */
  record TestNotification() implements CabinetCommand {}

  /**
   * Changes a threshold of one sensor.
   *
   * @param slot 0: the chassis itself
   * @param value in the sensor's scale and precision (RFC 3433)
   */
  record ThresholdSet(int chassis, int slot, int sensor, Threshold which, int value)
      implements CabinetCommand {}

  /** The thresholds of a sensor. */
  enum Threshold {
    LOW_CRITICAL,
    LOW_MAJOR,
    LOW_WARNING,
    HIGH_WARNING,
    HIGH_MAJOR,
    HIGH_CRITICAL,
    HYSTERESIS
  }

  /**
   * Brings a version of a service to its cards.
   *
   * @param service index of the service
   * @param version its number; 0 stops what is on its way
   */
  record RollService(int service, int version) implements CabinetCommand {}
}
