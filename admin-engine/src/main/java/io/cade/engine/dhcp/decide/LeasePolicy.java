package io.cade.engine.dhcp.decide;

import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.OptionCode;
import java.time.Duration;

/**
 * @param serverId this server's address, as clients name it (option 54)
 * @param leaseTime of a lease, 1 minute to 30 days; a client that asks for less (option 51) gets
 *     less, but not under half a minute
 * @param bootGrace how long a card that boots counts as present in its slot before the same MAC
 *     address may turn up in another one
 */
public record LeasePolicy(Ipv4Address serverId, Duration leaseTime, Duration bootGrace) {
  private static final long SHORTEST_SECONDS = 30;

  public LeasePolicy {
    if (leaseTime.compareTo(Duration.ofMinutes(1)) < 0
        || leaseTime.compareTo(Duration.ofDays(30)) > 0) {
      throw new IllegalArgumentException("a lease lasts 1 minute to 30 days, not " + leaseTime);
    }
  }

  /** Lease time for a client (RFC 2131 §4.3.1). */
  Duration timeFor(DhcpMessage m) {
    return shorter(leaseTime, m);
  }

  /** A lease time, or the shorter one that the client asks for. */
  static Duration shorter(Duration most, DhcpMessage m) {
    return m.options()
        .number(OptionCode.LEASE_TIME)
        .map(s -> Duration.ofSeconds(Math.max(SHORTEST_SECONDS, s)))
        .filter(asked -> asked.compareTo(most) < 0)
        .orElse(most);
  }

  /** Whether a server identifier means this server. */
  boolean isServer(Ipv4Address id, Query q) {
    return id.equals(q.serverId()) || id.equals(serverId);
  }
}
