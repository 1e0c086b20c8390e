package io.cade.engine.dhcp;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.wire.Ipv4Address;

/**
 * Where an answer goes, by the rules of RFC 2131 §4.1. The service decides which; the {@link Wire}
 * knows how.
 */
public sealed interface Destination {

  /**
   * To a relay agent: giaddr is set. The UDP port is the server's port (67), which the wire knows;
   * the way there is the routing table's.
   */
  record Relay(Ipv4Address giaddr) implements Destination {}

  /**
   * To a client that has an address and answers ARP for it: ciaddr is set.
   *
   * @param port UDP port at the client: {@link DhcpConfig#clientPort} (68), or the port that a PXE
   *     client asked from (PXE 2.1 §2.2.3)
   */
  record Client(Ipv4Address address, int port) implements Destination {}

  /**
   * To a client that has no address yet but can receive unicast: a frame to its hardware address
   * with yiaddr as the IP destination, without ARP (RFC 2131 §4.1, RFC 951 §4). UDP port 68.
   */
  record Hardware(MacAddress mac, Ipv4Address yiaddr) implements Destination {}

  /** To everybody on the wire: 255.255.255.255 in a broadcast frame, UDP port 68. */
  record Broadcast() implements Destination {}
}
