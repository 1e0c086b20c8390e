package io.cade.engine.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.Refusal;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.VirtualNetwork;
import io.cade.engine.dhcp.decide.ChassisSubnets;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.wire.CircuitId;
import io.cade.engine.dhcp.wire.Decoded;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.DhcpOptions;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.dhcp.wire.RelayInformation;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DhcpServiceTest {
  private static final Ipv4Address SERVER = Ipv4Address.of(127, 0, 0, 1);
  private static final CardPosition SLOT = new CardPosition(1, 3);
  private static final MacAddress MAC = new MacAddress("02:00:00:01:03:00");

  private final VirtualNetwork network =
      new VirtualNetwork(Instant.parse("2026-01-01T00:00:00Z"), VirtualNetwork.perfect());
  private final PeerChangeWriter writer = new PeerChangeWriter(network);
  private final List<DhcpMessage> heard = new ArrayList<>();
  private final List<byte[]> heardBytes = new ArrayList<>();
  private DhcpService service;
  private DatagramPort hub;

  @BeforeEach
  void start() {
    DhcpConfig config =
        new DhcpConfig(
            SERVER.port(1067),
            SERVER,
            1067,
            1068,
            false,
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            SERVER,
            "agent.json",
            4,
            DhcpPolicy.USUAL);
    service =
        DhcpService.start(
                network,
                writer,
                network,
                new ChassisSubnets(Ipv4Address.of(127, 1, 0, 0), 2),
                config)
            .join();
    hub =
        network
            .open(
                Ipv4Address.of(127, 1, 1, 254).port(1067),
                1500,
                (from, bytes) -> {
                  heardBytes.add(bytes);
                  heard.add(((Decoded.Message) DhcpCodec.decode(bytes)).message());
                })
            .join();
    run();
  }

  @Test
  void ackIsSentOnlyAfterLeaseIsDurable() {
    writer.hold();
    send(request(SLOT, MAC, 1));
    assertThat(writer.waiting()).isEqualTo(1);
    assertThat(heard).isEmpty();
    writer.release();
    run();
    assertThat(writer.log())
        .extracting(c -> c.getClass().getSimpleName())
        .containsExactly("CardSeated", "CardStateChanged", "LeaseGranted");
    assertThat(types()).containsExactly(MessageType.ACK);
  }

  @Test
  void aLeaseThatCannotBeMadeDurableIsNeverAcknowledged() {
    for (Throwable failure :
        List.of(new IOException("disk full"), new RejectedExecutionException("closed"))) {
      writer.fail(failure);
      send(request(SLOT, MAC, 1));
    }
    assertThat(heard).isEmpty();
    assertThat(service.outcomes()).containsEntry(Outcome.DROPPED_NOT_DURABLE, 2L);
    writer.fail(null);
    send(request(SLOT, MAC, 1));
    assertThat(types()).containsExactly(MessageType.ACK);
  }

  @Test
  void aRefusedLeaseIsRefusedToTheClient() {
    writer.fail(new Refusal(Refusal.Kind.CONFLICT, "test"));
    send(request(SLOT, MAC, 1));
    assertThat(types()).containsExactly(MessageType.NAK);
    assertThat(heard.getFirst().broadcast()).isTrue();
  }

  @Test
  void anOfferHasEverythingThatACardNeeds() {
    send(relayed(message(MAC, 77, DhcpOptions.builder().put(MessageType.DISCOVER)), SLOT));
    DhcpMessage offer = heard.getFirst();
    assertThat(offer.request()).isFalse();
    assertThat(offer.transactionId()).isEqualTo(77);
    assertThat(offer.mac()).contains(MAC);
    assertThat(offer.yourAddress()).isEqualTo(Ipv4Address.of(127, 1, 1, 3));
    assertThat(offer.nextServer()).isEqualTo(SERVER);
    assertThat(offer.relayAddress()).isEqualTo(Ipv4Address.of(127, 1, 1, 254));
    assertThat(offer.bootFile()).isEqualTo("agent.json");
    assertThat(offer.type()).contains(MessageType.OFFER);
    DhcpOptions options = offer.options();
    assertThat(options.address(OptionCode.SERVER_ID)).contains(SERVER);
    assertThat(options.number(OptionCode.LEASE_TIME)).contains(3600L);
    assertThat(options.number(OptionCode.RENEWAL_TIME)).contains(1800L);
    assertThat(options.number(OptionCode.REBINDING_TIME)).contains(3150L);
    assertThat(options.address(OptionCode.SUBNET_MASK)).contains(Ipv4Address.of(255, 255, 255, 0));
    assertThat(options.address(OptionCode.ROUTER)).contains(Ipv4Address.of(127, 1, 1, 254));
    assertThat(options.get(OptionCode.HOST_NAME)).contains(Octets.ofText("card-1-3"));
    assertThat(options.get(OptionCode.TFTP_SERVER_NAME)).contains(Octets.ofText("127.0.0.1"));
    assertThat(options.get(OptionCode.BOOT_FILE)).contains(Octets.ofText("agent.json"));
  }

  @Test
  void relayInformationIsEchoedAsItCameAndLast() {
    Octets information = Octets.of(new byte[] {1, 3, '1', '/', '3', 9, 2, 7, 7});
    DhcpMessage m = message(MAC, 1, DhcpOptions.builder().put(MessageType.DISCOVER));
    send(m.relayed(1, Ipv4Address.of(127, 1, 1, 254), m.options().with(82, information)));
    assertThat(heard.getFirst().options().get(82)).contains(information);
    byte[] bytes = heardBytes.getFirst();
    byte[] tail = new byte[] {82, 9, 1, 3, '1', '/', '3', 9, 2, 7, 7, (byte) 255};
    int end = bytes.length;
    while (bytes[end - 1] == 0) {
      end--;
    }
    assertThat(Arrays.copyOfRange(bytes, end - tail.length, end)).isEqualTo(tail);
  }

  @Test
  void theClientIdentifierIsEchoed() {
    send(
        relayed(
            message(
                MAC,
                1,
                DhcpOptions.builder().put(MessageType.DISCOVER).put(OptionCode.CLIENT_ID, "my-id")),
            SLOT));
    assertThat(heard.getFirst().options().get(OptionCode.CLIENT_ID))
        .contains(Octets.ofText("my-id"));
  }

  @Test
  void aRequestRepeatedWhileItIsBeingMadeDurableIsAnsweredOnce() {
    writer.hold();
    send(request(SLOT, MAC, 1));
    send(request(SLOT, MAC, 1));
    assertThat(writer.waiting()).isEqualTo(1);
    writer.release();
    run();
    assertThat(types()).containsExactly(MessageType.ACK);
    assertThat(service.outcomes()).containsEntry(Outcome.DROPPED_IN_PROGRESS, 1L);
  }

  @Test
  void aRequestRepeatedAfterItsAckIsAnsweredAgainAndChangesNothing() {
    send(request(SLOT, MAC, 1));
    writer.put(new Change.CardStateChanged(SLOT, CardState.AVAILABLE, "introduced"));
    int changes = writer.log().size();
    send(request(SLOT, MAC, 1));
    assertThat(types()).containsExactly(MessageType.ACK, MessageType.ACK);
    assertThat(writer.log()).hasSize(changes);
    assertThat(writer.current().card(SLOT).orElseThrow().state()).isEqualTo(CardState.AVAILABLE);
  }

  @Test
  void anotherBootOfTheSameCardIsABootAgain() {
    send(request(SLOT, MAC, 1));
    writer.put(new Change.CardStateChanged(SLOT, CardState.AVAILABLE, "introduced"));
    send(request(SLOT, MAC, 2));
    assertThat(writer.current().card(SLOT).orElseThrow().state()).isEqualTo(CardState.BOOTING);
  }

  @Test
  void moreRequestsThanMayWaitAreDropped() {
    writer.hold();
    for (int slot = 1; slot <= 6; slot++) {
      CardPosition position = new CardPosition(1, slot);
      send(request(position, new MacAddress("02:00:00:01:0" + slot + ":00"), slot));
    }
    assertThat(writer.waiting()).isEqualTo(4);
    writer.release();
    run();
    assertThat(heard).hasSize(4);
    assertThat(service.outcomes()).containsEntry(Outcome.DROPPED_OVERLOAD, 2L);
  }

  @Test
  void theDecisionIsMadeOnTheStateAtTheTimeOfTheCommit() {
    writer.hold();
    send(request(SLOT, MAC, 1));
    CardPosition other = new CardPosition(2, 1);
    writer.put(
        new Change.CardSeated(other, CardRole.SERVER, MAC),
        new Change.CardStateChanged(other, CardState.BOOTING, "test"),
        new Change.CardStateChanged(other, CardState.AVAILABLE, "test"));
    writer.release();
    run();
    assertThat(heard).isEmpty();
    assertThat(writer.current().lease(SLOT)).isEmpty();
    assertThat(writer.current().alarms()).hasSize(1);
  }

  @Test
  void renewingIsAnsweredStraightToTheClient() {
    send(request(SLOT, MAC, 1));
    Ipv4Address address = Ipv4Address.of(127, 1, 1, 3);
    List<DhcpMessage> atClient = new ArrayList<>();
    DatagramPort client =
        network
            .open(
                address.port(1068),
                1500,
                (from, bytes) ->
                    atClient.add(((Decoded.Message) DhcpCodec.decode(bytes)).message()))
            .join();
    DhcpMessage renewing =
        message(MAC, 9, DhcpOptions.builder().put(MessageType.REQUEST)).withClientAddress(address);
    client.send(DhcpCodec.encode(renewing, 548), SERVER.port(1067));
    run();
    assertThat(atClient)
        .singleElement()
        .satisfies(m -> {
          assertThat(m.type()).contains(MessageType.ACK);
          assertThat(m.clientAddress()).isEqualTo(address);
        });
  }

  @Test
  void aDuplicateIsReportedOnceAndTheAlarmEndsWhenItFallsSilent() {
    send(request(SLOT, MAC, 1));
    CardPosition other = new CardPosition(1, 4);
    send(relayed(message(MAC, 2, DhcpOptions.builder().put(MessageType.DISCOVER)), other));
    send(relayed(message(MAC, 3, DhcpOptions.builder().put(MessageType.DISCOVER)), other));
    assertThat(writer.current().alarms().keySet())
        .singleElement()
        .satisfies(k -> assertThat(k.type()).isEqualTo(AlarmType.DUPLICATE_MAC));
    network.run(Duration.ofMinutes(4));
    assertThat(writer.current().alarms()).hasSize(1);
    network.run(Duration.ofMinutes(2));
    assertThat(writer.current().alarms()).isEmpty();
  }

  @Test
  void rubbishIsCountedAndHarmless() {
    hub.send(new byte[17], SERVER.port(1067));
    hub.send(new byte[400], SERVER.port(1067));
    run();
    send(request(SLOT, MAC, 1));
    assertThat(types()).containsExactly(MessageType.ACK);
    assertThat(service.outcomes()).containsEntry(Outcome.IGNORED_MALFORMED, 2L);
    assertThat(service.malformed())
        .containsEntry(Decoded.Reason.TOO_SHORT, 1L)
        .containsEntry(Decoded.Reason.BAD_OPERATION, 1L);
  }

  private void send(DhcpMessage message) {
    hub.send(DhcpCodec.encode(message, 1472), SERVER.port(1067));
    run();
  }

  private void run() {
    network.run(Duration.ofMillis(10));
  }

  private List<MessageType> types() {
    return heard.stream().map(m -> m.type().orElseThrow()).toList();
  }

  private static DhcpMessage request(CardPosition position, MacAddress mac, int transaction) {
    return relayed(
        message(
            mac,
            transaction,
            DhcpOptions.builder()
                .put(MessageType.REQUEST)
                .put(OptionCode.SERVER_ID, SERVER)
                .put(
                    OptionCode.REQUESTED_ADDRESS,
                    Ipv4Address.of(127, 1, position.chassis(), position.slot()))),
        position);
  }

  private static DhcpMessage message(MacAddress mac, int transaction, DhcpOptions.Builder options) {
    return DhcpMessage.fromClient(mac, transaction, 0, options.build());
  }

  private static DhcpMessage relayed(DhcpMessage message, CardPosition from) {
    return message.relayed(
        1,
        Ipv4Address.of(127, 1, 1, 254),
        message.options().with(82, RelayInformation.ofCircuit(CircuitId.format(from)).encode()));
  }
}
