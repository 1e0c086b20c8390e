package io.cade.engine.conduct;

import io.cade.engine.model.ThresholdBook;
import java.time.Duration;

/**
 * The limits that the rules judge by.
 *
 * @param silence without a report for so long, a card counts as lost; three report intervals
 * @param bootTime a card that asked for its address introduces itself within this time
 * @param servicePort TCP port of services on their cards
 * @param thresholds of sensors, unless an operator has set others
 */
public record ConductorPolicy(
    Duration silence, Duration bootTime, int servicePort, ThresholdBook thresholds) {

  /** The same with other thresholds. */
  public ConductorPolicy with(ThresholdBook others) {
    return new ConductorPolicy(silence, bootTime, servicePort, others);
  }

  /** Time between two reports of a card. */
  public Duration reportInterval() {
    return silence.dividedBy(3);
  }

  /** Defaults for what the operator sets. */
  public static ConductorPolicy of(Duration reportInterval, Duration bootTime, int servicePort) {
    return new ConductorPolicy(
        reportInterval.multipliedBy(3), bootTime, servicePort, ThresholdBook.standard());
  }
}
