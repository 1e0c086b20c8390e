package io.cade.engine.dhcp;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.datagram.VirtualNetwork;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.policy.AddressRange;
import io.cade.engine.dhcp.policy.Architecture;
import io.cade.engine.dhcp.policy.BootPolicy;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Identification;
import io.cade.engine.dhcp.policy.Network;
import io.cade.engine.dhcp.policy.Parameters;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.policy.Subnet;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A service on an interface and a boot server's port, in virtual time; slot 1.3 is known. */
final class Rig {
  static final Ipv4Address SERVER = Ipv4Address.of(127, 0, 0, 1);
  static final Ipv4Address CARD = Ipv4Address.of(127, 1, 1, 3);
  static final CardPosition SLOT = new CardPosition(1, 3);
  static final MacAddress MAC = MacAddress.of(Packets.mac());
  static final Identification KNOWN = new Identification(Map.of(MAC, SLOT), Map.of());
  static final BootPolicy BOOT =
      new BootPolicy(
          "http://127.0.0.1:9080/", Architecture.usualLoaders(), "boot.ipxe", "discovery.ipxe");

  final VirtualNetwork network =
      new VirtualNetwork(Instant.parse("2026-01-01T00:00:00Z"), VirtualNetwork.perfect());
  final PeerChangeWriter writer = new PeerChangeWriter(network);
  final TestWire wire;
  final TestWire bootPort = new TestWire(SERVER, true);
  final DhcpService service;

  Rig(DhcpPolicy policy) {
    this(policy, SERVER);
  }

  Rig(DhcpPolicy policy, Ipv4Address wireAddress) {
    wire = new TestWire(wireAddress, false);
    DhcpConfig config =
        DhcpConfig.of(SERVER.port(67), SERVER, "agent.json")
            .withPolicy(policy, Duration.ofHours(1), SERVER);
    service =
        DhcpService.start(
                network,
                writer,
                network,
                new ChassisSubnets(Ipv4Address.of(127, 1, 0, 0), 2),
                config,
                List.of(wire.opener(), bootPort.opener()))
            .join();
    run();
  }

  /** Cards of the inventory, nobody else. */
  static DhcpPolicy cards(Identification identification) {
    return policy(identification, Strangers.IGNORED, List.of(), Parameters.NONE, false);
  }

  static DhcpPolicy policy(
      Identification identification,
      Strangers strangers,
      List<Subnet> subnets,
      Parameters parameters,
      boolean proxy) {
    return new DhcpPolicy(proxy, true, true, identification, strangers, subnets, parameters, BOOT);
  }

  /** A pool of some addresses from 127.9.0.100 on, in the network that the wire is in. */
  static DhcpPolicy pool(Strangers.Treatment treatment, int size) {
    return policy(
        Identification.NONE,
        new Strangers(treatment, Duration.ofMinutes(5), Duration.ofHours(1)),
        List.of(
            new Subnet(
                Network.parse("127.9.0.0/24"),
                Optional.of(Ipv4Address.of(127, 9, 0, 254)),
                Optional.of(
                    new AddressRange(
                        Ipv4Address.of(127, 9, 0, 100), Ipv4Address.of(127, 9, 0, 99 + size))),
                Parameters.NONE)),
        Parameters.NONE,
        false);
  }

  static final Ipv4Address POOL_WIRE = Ipv4Address.of(127, 9, 0, 1);

  /** A datagram from a client without an address. */
  void sends(byte[] datagram) {
    sends(datagram, Ipv4Address.ZERO);
  }

  void sends(byte[] datagram, Ipv4Address from) {
    wire.arrives(datagram, from, 68);
    run();
  }

  void run() {
    network.run(Duration.ofMillis(10));
  }

  /** The last answer. */
  TestWire.Sent answer() {
    return wire.last();
  }
}
