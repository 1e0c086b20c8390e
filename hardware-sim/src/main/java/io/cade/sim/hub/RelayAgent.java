package io.cade.sim.hub;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.wire.CircuitId;
import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.dhcp.wire.RelayInformation;
import java.util.Optional;

/**
 * What a relay agent does with a datagram (RFC 1542 §4, RFC 3046 §2.1), pure. The slot is that of
 * the wire, whatever the card claims. Immutable.
 */
final class RelayAgent {
  private static final int MAX_HOPS = 16;
  private static final int MAX_BYTES = 1472;

  private final int chassis;
  private final Ipv4Address address;

  /**
   * @param address of this hub on the internal LAN (giaddr)
   */
  RelayAgent(int chassis, Ipv4Address address) {
    this.chassis = chassis;
    this.address = address;
  }

  /** What becomes of a datagram. */
  @SuppressWarnings("ArrayRecordComponent") // datagrams are not compared
  sealed interface Relayed {
    record ToEngine(byte[] datagram) implements Relayed {}

    record ToCard(CardPosition position, byte[] datagram) implements Relayed {}

    record Dropped(HubOutcome why) implements Relayed {}
  }

  Relayed fromCard(CardPosition wire, byte[] datagram) {
    if (!(DhcpCodec.decode(datagram) instanceof Decoded.Message decoded)
        || !decoded.message().request()) {
      return new Relayed.Dropped(HubOutcome.DROPPED_MALFORMED);
    }
    DhcpMessage m = decoded.message();
    if (!m.relayAddress().isZero() || m.options().get(OptionCode.RELAY_INFORMATION).isPresent()) {
      // A card that writes its own position is lying or confused (RFC 3046 §2.1.1).
      return new Relayed.Dropped(HubOutcome.DROPPED_CLAIMS_POSITION);
    }
    if (m.hops() >= MAX_HOPS) {
      return new Relayed.Dropped(HubOutcome.DROPPED_HOPS);
    }
    RelayInformation where = RelayInformation.ofCircuit(CircuitId.format(wire));
    DhcpMessage relayed =
        m.relayed(
            m.hops() + 1, address, m.options().with(OptionCode.RELAY_INFORMATION, where.encode()));
    return new Relayed.ToEngine(DhcpCodec.encode(relayed, MAX_BYTES));
  }

  Relayed fromEngine(byte[] datagram) {
    if (!(DhcpCodec.decode(datagram) instanceof Decoded.Message decoded)
        || decoded.message().request()) {
      return new Relayed.Dropped(HubOutcome.DROPPED_MALFORMED);
    }
    DhcpMessage m = decoded.message();
    Optional<CardPosition> to =
        m.options()
            .get(OptionCode.RELAY_INFORMATION)
            .flatMap(RelayInformation::parse)
            .flatMap(RelayInformation::circuitId)
            .flatMap(CircuitId::parse)
            .filter(p -> p.chassis() == chassis && m.relayAddress().equals(address));
    return to.<Relayed>map(p ->
            new Relayed.ToCard(
                p,
                DhcpCodec.encode(
                    m.relayed(
                        m.hops(),
                        m.relayAddress(),
                        m.options().without(OptionCode.RELAY_INFORMATION)),
                    MAX_BYTES)))
        .orElse(new Relayed.Dropped(HubOutcome.DROPPED_NOT_OURS));
  }
}
