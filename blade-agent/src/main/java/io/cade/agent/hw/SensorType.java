package io.cade.agent.hw;

/**
 * What a {@link Reading} measures, and thereby its unit. Named as the textual convention {@code
 * EntitySensorDataType} of RFC 3433 names them, so that the mapping to ENTITY-SENSOR-MIB (SPEC S1)
 * is by name.
 */
public enum SensorType {
  /** Degrees Celsius. */
  CELSIUS,
  /** Revolutions per minute. */
  RPM,
  /** Volts, direct current. */
  VOLTSDC,
  /** Amperes. */
  AMPERES,
  /** Watts. */
  WATTS,
  /** 1.0 is true (good), 0.0 is false. */
  TRUTHVALUE
}
