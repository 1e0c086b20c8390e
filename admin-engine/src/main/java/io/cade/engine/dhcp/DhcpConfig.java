package io.cade.engine.dhcp;

import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Settings of the DHCP server.
 *
 * @param listen where it listens
 * @param serverId its address as clients name it (option 54); clients renew there
 * @param relayPort UDP port of relay agents, 67 but for the demonstration
 * @param clientPort UDP port of clients, 68 but for the demonstration
 * @param canBroadcast whether clients on the server's own wire can be answered by broadcast; off on
 *     loopback
 * @param leaseTime of a lease
 * @param bootGrace see {@link io.cade.engine.dhcp.decide.LeasePolicy}
 * @param duplicateQuiet the alarm about a MAC address in two slots ends when the second card has
 *     been silent for so long; longer than clients pause between attempts (64 s, RFC 2131 §4.1)
 * @param tftpServer address of the boot files (siaddr, option 66)
 * @param bootFile the first file that a card fetches (option 67), at most 127 characters
 * @param maxInFlight requests that wait for their lease to become durable; more are dropped
 * @param policy what is done for whom
 */
public record DhcpConfig(
    InetSocketAddress listen,
    Ipv4Address serverId,
    int relayPort,
    int clientPort,
    boolean canBroadcast,
    Duration leaseTime,
    Duration bootGrace,
    Duration duplicateQuiet,
    Ipv4Address tftpServer,
    String bootFile,
    int maxInFlight,
    DhcpPolicy policy) {

  /**
   * The usual values: lease of one hour, boot grace of one minute, a duplicate forgotten after
   * five, 1024 in flight, no broadcast; relay agents have the port of {@code listen}, clients the
   * next.
   */
  public static DhcpConfig of(InetSocketAddress listen, Ipv4Address tftpServer, String bootFile) {
    Ipv4Address serverId =
        Ipv4Address.of(listen.getAddress())
            .orElseThrow(
                () -> new IllegalArgumentException("DHCP listens on IPv4, not on " + listen));
    return new DhcpConfig(
        listen,
        serverId,
        listen.getPort(),
        listen.getPort() + 1,
        false,
        Duration.ofHours(1),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        tftpServer,
        bootFile,
        1024,
        DhcpPolicy.USUAL);
  }

  /** The same with other ports for relay agents and clients. */
  public DhcpConfig withPeers(int relays, int clients) {
    return new DhcpConfig(
        listen,
        serverId,
        relays,
        clients,
        canBroadcast,
        leaseTime,
        bootGrace,
        duplicateQuiet,
        tftpServer,
        bootFile,
        maxInFlight,
        policy);
  }

  /**
   * The same with another policy and lease time.
   *
   * @param boot where the boot files are; also the server's name where it listens on all addresses
   */
  public DhcpConfig withPolicy(DhcpPolicy other, Duration lease, Ipv4Address boot) {
    return new DhcpConfig(
        listen,
        serverId.isZero() ? boot : serverId,
        relayPort,
        clientPort,
        canBroadcast,
        lease,
        bootGrace,
        duplicateQuiet,
        boot,
        bootFile,
        maxInFlight,
        other);
  }
}
