package io.cade.engine.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.policy.Identification;
import io.cade.engine.dhcp.policy.Network;
import io.cade.engine.dhcp.policy.Parameters;
import io.cade.engine.dhcp.policy.Route;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.policy.Subnet;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.model.Change;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the messages of real clients are answered, down to the order of the options. */
class RealClientsTest {
  private static final Parameters MUCH =
      new Parameters(
          List.of(Ipv4Address.of(10, 0, 0, 1), Ipv4Address.of(10, 0, 0, 2)),
          List.of(Ipv4Address.of(10, 0, 0, 3)),
          "cab.example",
          9000,
          List.of(
              new Route(Network.parse("10.9.0.0/16"), Ipv4Address.of(127, 1, 1, 200)),
              new Route(Network.parse("192.0.2.128/25"), Ipv4Address.of(127, 1, 1, 201))));

  private static Rig cards() {
    return new Rig(Rig.cards(Rig.KNOWN));
  }

  private static Rig withParameters() {
    return new Rig(Rig.policy(Rig.KNOWN, Strangers.IGNORED, List.of(), MUCH, false));
  }

  // --- RFC 2131: parameters

  @Test
  void onlyWhatIsAskedForIsSentInTheOrderInWhichItIsAsked() {
    Rig rig = withParameters();
    rig.sends(Packets.udhcpcDiscover());
    // RFC 2131 table 3 first, then option 55's order (RFC 2132 §9.8), then RFC 6842's echo.
    assertThat(Packets.codes(rig.answer().bytes()))
        .containsExactly(53, 54, 51, 58, 59, 1, 3, 6, 12, 15, 28, 42, 61);
    DhcpMessage offer = rig.answer().message();
    assertThat(offer.options().address(OptionCode.BROADCAST_ADDRESS))
        .contains(Ipv4Address.of(127, 1, 1, 255));
    assertThat(offer.options().get(OptionCode.DNS)).contains(octets("0a000001 0a000002"));
    assertThat(offer.options().get(OptionCode.NTP)).contains(octets("0a000003"));
    assertThat(offer.options().get(OptionCode.DOMAIN_NAME)).contains(Octets.ofText("cab.example"));
  }

  @Test
  void theMaskGoesBeforeTheRouterHoweverTheyAreAsked() {
    Rig rig = cards();
    rig.sends(
        Packets.message(1, 0, Packets.option(53, "01"), Packets.option(55, "03 0c 01 03 03")));
    assertThat(Packets.codes(rig.answer().bytes())).containsExactly(53, 54, 51, 58, 59, 1, 3, 12);
  }

  @Test
  void whoAsksForClasslessRoutesGetsTheDefaultRouteAmongThemAndNoRouter() {
    Rig rig = withParameters();
    rig.sends(Packets.systemdDiscover());
    DhcpMessage answer = rig.answer().message();
    assertThat(answer.options().has(OptionCode.ROUTER)).isFalse();
    // RFC 3442: 10.9/16, 192.0.2.128/25 in four octets, 0/0 by the hub.
    assertThat(answer.options().get(OptionCode.CLASSLESS_ROUTES))
        .contains(octets("10 0a09 7f0101c8" + "19 c0000280 7f0101c9" + "00 7f0101fe"));
    assertThat(answer.options().get(OptionCode.INTERFACE_MTU)).contains(octets("2328"));
  }

  @Test
  void withoutClasslessRoutesTheRouterIsSentToWhoAsksForBoth() {
    Rig rig = cards();
    rig.sends(Packets.systemdDiscover());
    assertThat(rig.answer().message().options().address(OptionCode.ROUTER))
        .contains(Ipv4Address.of(127, 1, 1, 254));
    assertThat(rig.answer().message().options().has(OptionCode.CLASSLESS_ROUTES)).isFalse();
  }

  @Test
  void aSubnetsParametersGoBeforeThoseOfAll() {
    Subnet chassis1 =
        new Subnet(
            Network.parse("127.1.1.0/24"),
            Optional.empty(),
            Optional.empty(),
            new Parameters(List.of(Ipv4Address.of(9, 9, 9, 9)), List.of(), "", 0, List.of()));
    Rig rig = new Rig(Rig.policy(Rig.KNOWN, Strangers.IGNORED, List.of(chassis1), MUCH, false));
    rig.sends(Packets.udhcpcDiscover());
    assertThat(rig.answer().message().options().get(OptionCode.DNS)).contains(octets("09090909"));
    assertThat(rig.answer().message().options().get(OptionCode.NTP)).contains(octets("0a000003"));
  }

  @Test
  void anAnswerIsNoLargerThanTheClientTakes() {
    Rig rig = withParameters();
    byte[] discover = Packets.udhcpcDiscover();
    rig.sends(discover);
    // Option 57 says 576: with IP and UDP headers (RFC 2132 §9.10).
    assertThat(rig.answer().bytes().length).isBetween(300, 548);
  }

  @Test
  void aShorterLeaseThanUsualIsGivenToWhoAsksForOne() {
    Rig rig = cards();
    rig.sends(Packets.message(1, 0, Packets.option(53, "01"), Packets.option(51, "00000258")));
    assertThat(rig.answer().message().options().number(OptionCode.LEASE_TIME)).contains(600L);
    rig.sends(Packets.message(2, 0, Packets.option(53, "01"), Packets.option(51, "ffffffff")));
    assertThat(rig.answer().message().options().number(OptionCode.LEASE_TIME)).contains(3600L);
    rig.sends(Packets.message(3, 0, Packets.option(53, "01"), Packets.option(51, "00000000")));
    assertThat(rig.answer().message().options().number(OptionCode.LEASE_TIME)).contains(30L);
  }

  // --- RFC 2131 §4.1: where it goes

  @Test
  void aClientWithoutAddressIsAnsweredAtItsHardwareAddress() {
    Rig rig = cards();
    rig.sends(Packets.udhcpcDiscover());
    assertThat(rig.answer().to()).isEqualTo(new Destination.Hardware(Rig.MAC, Rig.CARD));
  }

  @Test
  void aClientThatSetsTheBroadcastFlagIsAnsweredByBroadcast() {
    Rig rig = cards();
    rig.sends(Packets.pxeRomDiscover());
    assertThat(rig.answer().to()).isEqualTo(new Destination.Broadcast());
    assertThat(rig.answer().message().broadcast()).isTrue();
  }

  @Test
  void aClientThatRenewsIsAnsweredAtItsAddress() {
    Rig rig = cards();
    rig.sends(Packets.dhclientRequest());
    rig.sends(Packets.dhclientRenew(), Rig.CARD);
    assertThat(rig.answer().to()).isEqualTo(new Destination.Client(Rig.CARD, 68));
    assertThat(rig.answer().message().type()).contains(MessageType.ACK);
    assertThat(rig.answer().message().clientAddress()).isEqualTo(Rig.CARD);
  }

  @Test
  void aRelayedMessageIsAnsweredThroughTheRelayAgent() {
    Rig rig = cards();
    rig.sends(Packets.relayed(Packets.pxeRomDiscover(), "1/3"));
    assertThat(rig.answer().to()).isEqualTo(new Destination.Relay(Ipv4Address.of(127, 1, 1, 254)));
  }

  @Test
  void aNakIsBroadcastEvenToAClientWithAnAddress() {
    Rig rig = cards();
    rig.sends(Packets.dhclientRenew(), Rig.CARD);
    DhcpMessage nak = rig.answer().message();
    assertThat(nak.type()).contains(MessageType.NAK);
    assertThat(rig.answer().to()).isEqualTo(new Destination.Broadcast());
    // RFC 2131 table 3: no addresses, no parameters.
    assertThat(nak.clientAddress().isZero()).isTrue();
    assertThat(nak.yourAddress().isZero()).isTrue();
    assertThat(nak.nextServer().isZero()).isTrue();
    assertThat(Packets.codes(rig.answer().bytes())).containsExactly(53, 54, 56);
  }

  @Test
  void informIsAnsweredAtTheClientsAddressWithoutALease() {
    Rig rig = cards();
    rig.sends(Packets.inform(), Rig.CARD);
    assertThat(rig.answer().to()).isEqualTo(new Destination.Client(Rig.CARD, 68));
    DhcpMessage ack = rig.answer().message();
    assertThat(ack.type()).contains(MessageType.ACK);
    assertThat(ack.yourAddress().isZero()).isTrue();
    assertThat(ack.options().has(OptionCode.LEASE_TIME)).isFalse();
    assertThat(rig.writer.log()).isEmpty();
  }

  @Test
  void theAnswerNamesTheServerByTheAddressOfTheWire() {
    Rig rig = new Rig(Rig.cards(Rig.KNOWN), Ipv4Address.of(127, 0, 0, 7));
    rig.sends(Packets.udhcpcDiscover());
    assertThat(rig.answer().message().options().address(OptionCode.SERVER_ID))
        .contains(Ipv4Address.of(127, 0, 0, 7));
  }

  // --- RFC 4361, 6842, 4039

  @Test
  void aClientIdentifierOfAnyTypeIsEchoed() {
    Rig rig = cards();
    rig.sends(Packets.systemdDiscover());
    assertThat(rig.answer().message().options().get(OptionCode.CLIENT_ID))
        .contains(octets("ff b6220feb 0002 0000ab11 37d8d3e9b4d0a5b1"));
  }

  @Test
  void whoAsksForRapidCommitHasItsLeaseAfterTwoMessages() {
    Rig rig = cards();
    rig.writer.hold();
    rig.sends(Packets.systemdDiscover());
    assertThat(rig.wire.sent).isEmpty();
    rig.writer.release();
    rig.run();
    DhcpMessage ack = rig.answer().message();
    assertThat(ack.type()).contains(MessageType.ACK);
    assertThat(ack.options().get(OptionCode.RAPID_COMMIT)).contains(octets(""));
    assertThat(rig.writer.current().lease(Rig.SLOT)).isPresent();
    assertThat(rig.service.outcomes()).containsEntry(Outcome.ACKED_RAPIDLY, 1L);
  }

  @Test
  void whoDoesNotAskForRapidCommitGetsAnOfferOnly() {
    Rig rig = cards();
    rig.sends(Packets.udhcpcDiscover());
    assertThat(rig.answer().message().type()).contains(MessageType.OFFER);
    assertThat(rig.writer.current().lease(Rig.SLOT)).isEmpty();
  }

  // --- RFC 951, 1497, 1534

  @Test
  void aBootpClientGetsItsAddressForEverAndNothingOfDhcp() {
    Rig rig = cards();
    rig.sends(Packets.bootp1497());
    byte[] reply = rig.answer().bytes();
    assertThat(reply).hasSize(300);
    assertThat(reply[0]).isEqualTo((byte) 2);
    assertThat(Packets.codes(reply)).containsExactly(1, 3, 12);
    DhcpMessage message = rig.answer().message();
    assertThat(message.yourAddress()).isEqualTo(Rig.CARD);
    assertThat(message.bootFile()).isEqualTo("agent.json");
    assertThat(message.nextServer()).isEqualTo(Rig.SERVER);
    assertThat(rig.writer.current().lease(Rig.SLOT).orElseThrow().expiresAt())
        .isAfter(rig.network.instant().plus(Duration.ofDays(365_000)));
    assertThat(rig.service.outcomes()).containsEntry(Outcome.BOOTP_ANSWERED, 1L);
  }

  @Test
  void aBootpClientWithoutCookieIsAnsweredWithoutOne() {
    Rig rig = cards();
    rig.sends(Packets.bootp951());
    byte[] reply = rig.answer().bytes();
    assertThat(Arrays.copyOfRange(reply, 236, 300)).containsOnly(0);
    assertThat(rig.answer().message().yourAddress()).isEqualTo(Rig.CARD);
  }

  @Test
  void bootpIsAnsweredOnlyAfterItsLeaseIsDurable() {
    Rig rig = cards();
    rig.writer.hold();
    rig.sends(Packets.bootp951());
    assertThat(rig.wire.sent).isEmpty();
    rig.writer.release();
    rig.run();
    assertThat(rig.wire.sent).hasSize(1);
  }

  @Test
  void aBootpClientThatIsNotKnownIsIgnored() {
    Rig rig = new Rig(Rig.pool(Strangers.Treatment.QUARANTINE, 10), Rig.POOL_WIRE);
    rig.sends(Packets.bootp951());
    assertThat(rig.wire.sent).isEmpty();
    assertThat(rig.service.outcomes()).containsEntry(Outcome.IGNORED_BOOTP, 1L);
  }

  // --- PXE, iPXE, HTTP boot

  @Test
  void aPxeRomGetsTheLoaderForItsArchitecture() {
    Rig rig = cards();
    rig.sends(Packets.pxeRomDiscover());
    DhcpMessage bios = rig.answer().message();
    assertThat(bios.bootFile()).isEqualTo("undionly.kpxe");
    assertThat(bios.nextServer()).isEqualTo(Rig.SERVER);
    assertThat(bios.serverName()).isEqualTo("127.0.0.1");
    assertThat(bios.options().get(OptionCode.BOOT_FILE)).contains(Octets.ofText("undionly.kpxe"));
    // PXE 2.1: the vendor class of the server, "boot this file", and the GUID echoed (RFC 4578).
    assertThat(bios.options().get(OptionCode.VENDOR_CLASS)).contains(Octets.ofText("PXEClient"));
    assertThat(bios.options().get(OptionCode.VENDOR_SPECIFIC)).contains(octets("06 01 08 ff"));
    assertThat(bios.options().get(OptionCode.CLIENT_MACHINE_ID))
        .contains(octets("00 52540012345600000000000000000000"));
    assertThat(bios.options().has(OptionCode.CLIENT_ARCHITECTURE)).isFalse();
    rig.sends(Packets.ovmfPxeDiscover());
    assertThat(rig.answer().message().bootFile()).isEqualTo("ipxe.efi");
  }

  @Test
  void anArchitectureWithoutALoaderGetsAnAddressButNoFile() {
    Rig rig = cards();
    rig.sends(
        Packets.message(
            1,
            0,
            Packets.option(53, "01"),
            Packets.option(93, "001b"),
            Packets.text(60, "PXEClient:Arch:00027:UNDI:003016")));
    DhcpMessage offer = rig.answer().message();
    assertThat(offer.yourAddress()).isEqualTo(Rig.CARD);
    assertThat(offer.bootFile()).isEmpty();
    assertThat(offer.options().has(OptionCode.VENDOR_CLASS)).isFalse();
    assertThat(offer.options().has(OptionCode.BOOT_FILE)).isFalse();
  }

  @Test
  void ipxeGetsTheScriptAndNotItselfOnceMore() {
    Rig rig = cards();
    rig.sends(Packets.ipxeDiscover());
    assertThat(rig.answer().message().bootFile()).isEqualTo("http://127.0.0.1:9080/boot.ipxe");
    rig.sends(Packets.ipxeRequest());
    DhcpMessage ack = rig.answer().message();
    assertThat(ack.type()).contains(MessageType.ACK);
    assertThat(ack.options().get(OptionCode.BOOT_FILE))
        .contains(Octets.ofText("http://127.0.0.1:9080/boot.ipxe"));
  }

  @Test
  void ipxeIsKnownByItsUserClassInEitherFormAndByItsOptions() {
    for (byte[] mark :
        List.of(
            Packets.text(77, "iPXE"),
            Packets.option(77, "04 69505845"),
            Packets.option(175, "eb 03 010000"))) {
      Rig rig = cards();
      rig.sends(
          Packets.message(
              1, 0, Packets.option(53, "01"), Packets.text(60, "PXEClient:Arch:00000"), mark));
      DhcpMessage offer = rig.answer().message();
      assertThat(offer.bootFile()).endsWith("boot.ipxe");
      // Else it would wait for proxies, and ask this server on port 4011.
      assertThat(offer.options().has(OptionCode.VENDOR_CLASS)).isFalse();
      assertThat(offer.options().get(OptionCode.IPXE)).contains(BootChoice.NO_PROXY);
    }
    Rig rig = cards();
    rig.sends(
        Packets.message(
            1,
            0,
            Packets.option(53, "01"),
            Packets.text(60, "PXEClient:Arch:00000"),
            Packets.text(77, "gPXE")));
    assertThat(rig.answer().message().bootFile()).isEqualTo("undionly.kpxe");
  }

  @Test
  void httpBootGetsAUrlAndItsVendorClassEchoed() {
    Rig rig = cards();
    rig.sends(Packets.ovmfHttpDiscover());
    DhcpMessage offer = rig.answer().message();
    assertThat(offer.options().get(OptionCode.VENDOR_CLASS)).contains(Octets.ofText("HTTPClient"));
    assertThat(offer.options().get(OptionCode.BOOT_FILE))
        .contains(Octets.ofText("http://127.0.0.1:9080/ipxe.efi"));
    assertThat(offer.options().has(OptionCode.VENDOR_SPECIFIC)).isFalse();
  }

  @Test
  void aCardWithFirmwareOfItsOwnGetsItsFileAndNothingOfPxe() {
    Rig rig = cards();
    rig.sends(Packets.udhcpcDiscover());
    DhcpMessage offer = rig.answer().message();
    assertThat(offer.bootFile()).isEqualTo("agent.json");
    assertThat(offer.options().has(OptionCode.VENDOR_CLASS)).isFalse();
    assertThat(offer.options().has(OptionCode.VENDOR_SPECIFIC)).isFalse();
  }

  // --- option 82 and its kin

  @Test
  void everySubOptionIsEchoedAsItCameAndLast() {
    Rig rig = cards();
    rig.sends(Packets.relayedWithAllSubOptions());
    byte[] reply = rig.answer().bytes();
    assertThat(Packets.codes(reply).getLast()).isEqualTo(82);
    assertThat(rig.answer().message().options().get(82))
        .contains(
            octets(
                "01 03 312f33 02 05 6875622d61 05 04 7f0101fe 06 03 312f33 0b 04 7f0101fe"
                    + "9a 03 010203"));
  }

  @Test
  void theServerIdIsWhatTheRelayAgentWantsItToBe() {
    // RFC 5107: so that clients renew through the relay agent.
    Rig rig = cards();
    rig.sends(Packets.relayedWithAllSubOptions());
    assertThat(rig.answer().message().options().address(OptionCode.SERVER_ID))
        .contains(Ipv4Address.of(127, 1, 1, 254));
  }

  @Test
  void aRelayAgentKnownByItsRemoteIdNamesOnlyTheSlot() {
    Identification hubB = new Identification(Map.of(), Map.of(Octets.ofText("hub-b"), 2));
    for (String circuit : List.of("01 01 35", "01 03 322f35", "01 06 0004 0064 00 05")) {
      Rig rig = new Rig(Rig.cards(hubB));
      byte[] m =
          Packets.message(
              1, 0, Packets.option(53, "01"), Packets.option(82, circuit + "02 05 6875622d62"));
      Packets.address(m, 24, 127, 1, 2, 254);
      rig.sends(m);
      assertThat(rig.answer().message().yourAddress())
          .as(circuit)
          .isEqualTo(Ipv4Address.of(127, 1, 2, 5));
    }
  }

  @Test
  void theSubscriberIdNamesTheSlotWhereTheCircuitIdDoesNot() {
    Rig rig = new Rig(Rig.cards(Identification.NONE));
    byte[] m =
        Packets.message(
            1, 0, Packets.option(53, "01"), Packets.option(82, "01 04 65746830 06 03 312f34"));
    Packets.address(m, 24, 127, 1, 1, 254);
    rig.sends(m);
    assertThat(rig.answer().message().yourAddress()).isEqualTo(Ipv4Address.of(127, 1, 1, 4));
  }

  @Test
  void theRelayAgentsWordGoesBeforeTheInventory() {
    Rig rig = cards();
    rig.sends(Packets.relayed(Packets.udhcpcDiscover(), "1/9"));
    assertThat(rig.answer().message().yourAddress()).isEqualTo(Ipv4Address.of(127, 1, 1, 9));
  }

  @Test
  void aCardOfTheInventoryIsNotBelievedToBeInAnotherChassis() {
    // The hub of chassis 2 says no slot, and the inventory has the card in chassis 1.
    Rig rig = cards();
    byte[] m = Packets.udhcpcDiscover();
    Packets.address(m, 24, 127, 1, 2, 254);
    rig.sends(m);
    assertThat(rig.wire.sent).isEmpty();
    assertThat(rig.service.outcomes()).containsEntry(Outcome.IGNORED_NO_POSITION, 1L);
  }

  @Test
  void brokenRelayInformationIsCountedAndNotGuessedAt() {
    Rig rig = cards();
    byte[] m = Packets.message(1, 0, Packets.option(53, "01"), Packets.option(82, "01 09 31"));
    Packets.address(m, 24, 127, 1, 1, 254);
    rig.sends(m);
    assertThat(rig.wire.sent).isEmpty();
    assertThat(rig.service.outcomes()).containsEntry(Outcome.IGNORED_RELAY_INFORMATION_BROKEN, 1L);
  }

  // --- conflicts

  @Test
  void aDeclinedCardsAddressIsReportedUntilNobodyComplainsAnyMore() {
    Rig rig = cards();
    rig.sends(Packets.dhclientRequest());
    rig.sends(Packets.decline());
    assertThat(rig.writer.current().lease(Rig.SLOT)).isEmpty();
    assertThat(rig.writer.current().alarms().keySet())
        .extracting(Object::toString)
        .containsExactly("addressConflict address 127.1.1.3");
    rig.network.run(Duration.ofMinutes(4));
    rig.sends(changed(Packets.dhclientRequest(), 7));
    rig.sends(changed(Packets.decline(), 8));
    rig.network.run(Duration.ofMinutes(4));
    assertThat(rig.writer.current().alarms()).hasSize(1);
    rig.network.run(Duration.ofMinutes(2));
    assertThat(rig.writer.current().alarms()).isEmpty();
    assertThat(rig.writer.log().stream().filter(Change.AlarmRaised.class::isInstance)).hasSize(1);
  }

  private static byte[] changed(byte[] message, int transaction) {
    message[7] = (byte) transaction;
    return message;
  }

  private static Octets octets(String hex) {
    return Octets.of(HexFormat.of().parseHex(hex.replace(" ", "")));
  }
}
