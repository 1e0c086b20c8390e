package io.cade.sim.hub;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Which loopback address stands for which wire. The Ethernet link of a card that has no address yet
 * is a UDP socket 127.2.c.s; the hub of its chassis has 127.2.c.254 on that side and 127.1.c.254 on
 * the internal LAN, where the card itself gets 127.1.c.s.
 *
 * @param portOffset of the demonstration's ports (DESIGN §5)
 */
public record Backplane(int portOffset) {
  private static final int HUB = 254;
  private static final int SERVER_PORT = 1067;
  private static final int CLIENT_PORT = 1068;
  private static final int TFTP_PORT = 1069;

  /** The card's end of its wire. */
  public InetSocketAddress cardWire(CardPosition position) {
    return Ipv4Address.of(127, 2, position.chassis(), position.slot()).port(clientPort());
  }

  /** The hub's end of all wires of its chassis. */
  public InetSocketAddress hubWire(int chassis) {
    return Ipv4Address.of(127, 2, chassis, HUB).port(SERVER_PORT + portOffset);
  }

  /** The hub on the internal LAN: giaddr and relay port. */
  public InetSocketAddress hubLan(int chassis) {
    return Ipv4Address.of(127, 1, chassis, HUB).port(SERVER_PORT + portOffset);
  }

  /** The engine's DHCP server. */
  public InetSocketAddress engineDhcp() {
    return Ipv4Address.of(127, 0, 0, 1).port(SERVER_PORT + portOffset);
  }

  /** UDP port of DHCP clients. */
  public int clientPort() {
    return CLIENT_PORT + portOffset;
  }

  /** UDP port of TFTP servers. */
  public int tftpPort() {
    return TFTP_PORT + portOffset;
  }

  /** The slot whose wire of this chassis the datagram came by. */
  Optional<CardPosition> cardOnWire(int chassis, InetSocketAddress from) {
    byte[] a = from.getAddress().getAddress();
    boolean wire =
        from.getPort() == clientPort()
            && a.length == 4
            && a[0] == 127
            && a[1] == 2
            && a[2] == chassis
            && a[3] >= 1
            && a[3] <= CardPosition.MAX_SLOT;
    return wire ? Optional.of(new CardPosition(chassis, a[3])) : Optional.empty();
  }
}
