package io.cade.sim.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.DhcpOptions;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.dhcp.wire.RelayInformation;
import io.cade.sim.hub.RelayAgent.Relayed;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RelayAgentTest {
  private static final Ipv4Address HUB = Ipv4Address.of(127, 1, 2, 254);
  private static final CardPosition WIRE = new CardPosition(2, 5);

  private final RelayAgent relay = new RelayAgent(2, HUB);
  private final DhcpMessage discover =
      DhcpMessage.fromClient(
          new MacAddress("02:00:00:02:05:00"),
          1,
          0,
          DhcpOptions.builder().put(MessageType.DISCOVER).build());

  @Test
  void theWiresPositionAndTheHubsAddressAreWrittenIn() {
    Relayed relayed = relay.fromCard(WIRE, bytes(discover));
    assertThat(relayed).isInstanceOf(Relayed.ToEngine.class);
    DhcpMessage m = message(((Relayed.ToEngine) relayed).datagram());
    assertThat(m.relayAddress()).isEqualTo(HUB);
    assertThat(m.hops()).isEqualTo(1);
    assertThat(m.options().get(OptionCode.RELAY_INFORMATION))
        .isEqualTo(Optional.of(RelayInformation.ofCircuit("2/5").encode()));
  }

  @Test
  void aCardThatWritesItsOwnPositionIsDropped() {
    DhcpOptions claiming = discover.options().with(82, RelayInformation.ofCircuit("1/1").encode());
    assertDropped(
        relay.fromCard(WIRE, bytes(discover.relayed(0, Ipv4Address.ZERO, claiming))),
        HubOutcome.DROPPED_CLAIMS_POSITION);
    assertDropped(
        relay.fromCard(WIRE, bytes(discover.relayed(0, HUB, discover.options()))),
        HubOutcome.DROPPED_CLAIMS_POSITION);
  }

  @Test
  void aMessageThatGoesRoundInCirclesIsDropped() {
    assertDropped(
        relay.fromCard(WIRE, bytes(discover.relayed(16, Ipv4Address.ZERO, discover.options()))),
        HubOutcome.DROPPED_HOPS);
  }

  @Test
  void aReplyReachesItsWireWithoutThePosition() {
    Relayed relayed = relay.fromEngine(bytes(reply("2/5", HUB)));
    assertThat(relayed)
        .isInstanceOfSatisfying(
            Relayed.ToCard.class,
            c -> {
              assertThat(c.position()).isEqualTo(WIRE);
              assertThat(message(c.datagram()).options().get(82)).isEmpty();
            });
  }

  @Test
  void aReplyForAnotherChassisIsDropped() {
    assertDropped(relay.fromEngine(bytes(reply("1/5", HUB))), HubOutcome.DROPPED_NOT_OURS);
    assertDropped(
        relay.fromEngine(bytes(reply("2/5", Ipv4Address.of(127, 1, 1, 254)))),
        HubOutcome.DROPPED_NOT_OURS);
  }

  @Test
  void rubbishAndTheWrongDirectionAreDropped() {
    assertDropped(relay.fromCard(WIRE, new byte[30]), HubOutcome.DROPPED_MALFORMED);
    assertDropped(relay.fromCard(WIRE, bytes(reply("2/5", HUB))), HubOutcome.DROPPED_MALFORMED);
    assertDropped(relay.fromEngine(bytes(discover)), HubOutcome.DROPPED_MALFORMED);
  }

  @Test
  void onlyTheWiresOfTheChassisAreWires() {
    Backplane backplane = new Backplane(0);
    assertThat(backplane.cardOnWire(2, Ipv4Address.of(127, 2, 2, 5).port(1068))).contains(WIRE);
    assertThat(backplane.cardOnWire(2, Ipv4Address.of(127, 2, 1, 5).port(1068))).isEmpty();
    assertThat(backplane.cardOnWire(2, Ipv4Address.of(127, 2, 2, 15).port(1068))).isEmpty();
    assertThat(backplane.cardOnWire(2, Ipv4Address.of(127, 2, 2, 5).port(1069))).isEmpty();
    assertThat(backplane.cardOnWire(2, Ipv4Address.of(127, 1, 2, 5).port(1068))).isEmpty();
  }

  private DhcpMessage reply(String circuit, Ipv4Address hub) {
    return new DhcpMessage(
        false,
        1,
        discover.hardwareAddress(),
        0,
        1,
        0,
        false,
        Ipv4Address.ZERO,
        Ipv4Address.of(127, 1, 2, 5),
        Ipv4Address.ZERO,
        hub,
        "",
        "",
        DhcpOptions.builder()
            .put(MessageType.OFFER)
            .put(82, RelayInformation.ofCircuit(circuit).encode())
            .build());
  }

  private static byte[] bytes(DhcpMessage message) {
    return DhcpCodec.encode(message, 548);
  }

  private static DhcpMessage message(byte[] datagram) {
    return ((Decoded.Message) DhcpCodec.decode(datagram)).message();
  }

  private static void assertDropped(Relayed relayed, HubOutcome why) {
    assertThat(relayed).isEqualTo(new Relayed.Dropped(why));
  }
}
