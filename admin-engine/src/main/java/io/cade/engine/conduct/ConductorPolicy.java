package io.cade.engine.conduct;

import java.time.Duration;

/**
 * The limits that the rules judge by.
 *
 * @param silence without a report for so long, a card counts as lost; three report intervals
 * @param bootTime a card that asked for its address introduces itself within this time
 * @param servicePort TCP port of services on their cards
 * @param temperatureHighCelsius a reading at or above raises {@code temperatureHigh}
 * @param temperatureNormalCelsius a reading below clears it; between the two nothing changes
 * @param fanSlowRpm a fan below raises {@code fanFailed}
 * @param fanNormalRpm a fan at or above clears it
 */
public record ConductorPolicy(
    Duration silence,
    Duration bootTime,
    int servicePort,
    double temperatureHighCelsius,
    double temperatureNormalCelsius,
    double fanSlowRpm,
    double fanNormalRpm) {
  public ConductorPolicy {
    if (temperatureNormalCelsius > temperatureHighCelsius || fanNormalRpm < fanSlowRpm) {
      throw new IllegalArgumentException("a threshold's clearing value is on the wrong side");
    }
  }

  /** Defaults for what the operator sets. */
  public static ConductorPolicy of(Duration reportInterval, Duration bootTime, int servicePort) {
    return new ConductorPolicy(
        reportInterval.multipliedBy(3), bootTime, servicePort, 75, 70, 600, 900);
  }
}
