package io.cade.engine.dhcp.policy;

import java.time.Duration;

/**
 * What becomes of machines whose slot cannot be told.
 *
 * @param treatment of them
 * @param leaseTime of an address of a pool, 30 seconds to a day
 * @param lockTime for how long an address is not given away that somebody uses who did not get it
 *     here, a minute to 30 days
 */
public record Strangers(Treatment treatment, Duration leaseTime, Duration lockTime) {
  /** The treatments. */
  public enum Treatment {
    /** Never answered: another server may know them. */
    IGNORE,
    /** An address of the subnet's pool for a short time, and nothing to boot from. */
    QUARANTINE,
    /** An address of the subnet's pool, and the discovery image to boot from. */
    DISCOVERY
  }

  public static final Strangers IGNORED =
      new Strangers(Treatment.IGNORE, Duration.ofMinutes(5), Duration.ofDays(1));

  public Strangers {
    if (leaseTime.compareTo(Duration.ofSeconds(30)) < 0
        || leaseTime.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "a lease of a pool lasts 30 seconds to a day, not " + leaseTime);
    }
    if (lockTime.compareTo(Duration.ofMinutes(1)) < 0
        || lockTime.compareTo(Duration.ofDays(30)) > 0) {
      throw new IllegalArgumentException(
          "an address is locked for a minute to 30 days, not for " + lockTime);
    }
  }
}
