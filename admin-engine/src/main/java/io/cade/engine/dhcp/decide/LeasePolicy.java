package io.cade.engine.dhcp.decide;

import io.cade.engine.dhcp.wire.Ipv4Address;
import java.time.Duration;

/**
 * @param serverId this server's address, as clients name it (option 54)
 * @param leaseTime of a lease, 1 minute to 30 days
 * @param bootGrace how long a card that boots counts as present in its slot before the same MAC
 *     address may turn up in another one
 */
public record LeasePolicy(Ipv4Address serverId, Duration leaseTime, Duration bootGrace) {
  public LeasePolicy {
    if (leaseTime.compareTo(Duration.ofMinutes(1)) < 0
        || leaseTime.compareTo(Duration.ofDays(30)) > 0) {
      throw new IllegalArgumentException("a lease lasts 1 minute to 30 days, not " + leaseTime);
    }
  }
}
