package io.cade.sim.firmware;

import io.cade.engine.dhcp.wire.Ipv4Address;
import java.time.Duration;

/**
 * What the server gave.
 *
 * @param server whom to ask for renewal
 * @param tftpServer where the boot file is
 * @param leaseTime counted from when the request was sent (RFC 2131 §4.4.1)
 */
public record ClientLease(
    Ipv4Address address,
    Ipv4Address server,
    Ipv4Address tftpServer,
    String bootFile,
    Duration leaseTime,
    Duration renewAfter,
    Duration rebindAfter) {}
