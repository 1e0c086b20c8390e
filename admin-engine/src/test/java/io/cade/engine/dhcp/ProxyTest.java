package io.cade.engine.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Identification;
import io.cade.engine.dhcp.policy.Parameters;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Boot information next to another DHCP server (PXE 2.1 §2.2.3), and the boot servers' port. */
class ProxyTest {
  private static DhcpPolicy proxy(Identification known, Strangers strangers) {
    return Rig.policy(known, strangers, List.of(), Parameters.NONE, true);
  }

  private static final Strangers DISCOVERED =
      new Strangers(
          Strangers.Treatment.DISCOVERY,
          Strangers.IGNORED.leaseTime(),
          Strangers.IGNORED.lockTime());

  @Test
  void aPxeRomIsOfferedAFileButNoAddress() {
    Rig rig = new Rig(proxy(Rig.KNOWN, Strangers.IGNORED));
    rig.sends(Packets.pxeRomDiscover());
    DhcpMessage offer = rig.answer().message();
    assertThat(offer.type()).contains(MessageType.OFFER);
    assertThat(offer.yourAddress().isZero()).isTrue();
    assertThat(offer.bootFile()).isEqualTo("undionly.kpxe");
    assertThat(offer.nextServer()).isEqualTo(Rig.SERVER);
    assertThat(offer.options().get(OptionCode.VENDOR_CLASS)).contains(Octets.ofText("PXEClient"));
    assertThat(offer.options().has(OptionCode.CLIENT_MACHINE_ID)).isTrue();
    for (int code :
        List.of(
            OptionCode.LEASE_TIME,
            OptionCode.SUBNET_MASK,
            OptionCode.ROUTER,
            OptionCode.RENEWAL_TIME)) {
      assertThat(offer.options().has(code)).as("option %d", code).isFalse();
    }
    assertThat(rig.answer().to()).isEqualTo(new Destination.Broadcast());
    assertThat(rig.writer.log()).isEmpty();
    assertThat(rig.service.outcomes()).containsEntry(Outcome.BOOT_ANSWERED, 1L);
  }

  @Test
  void httpBootAndIpxeAreOfferedUrls() {
    Rig rig = new Rig(proxy(Rig.KNOWN, Strangers.IGNORED));
    rig.sends(Packets.ovmfHttpDiscover());
    assertThat(rig.answer().message().options().get(OptionCode.BOOT_FILE))
        .contains(Octets.ofText("http://127.0.0.1:9080/ipxe.efi"));
    assertThat(rig.answer().message().options().get(OptionCode.VENDOR_CLASS))
        .contains(Octets.ofText("HTTPClient"));
    rig.sends(Packets.ipxeDiscover());
    assertThat(rig.answer().message().bootFile()).endsWith("/boot.ipxe");
  }

  @Test
  void whoDoesNotBootAndWhoChoosesTheOtherServerIsLeftToThatServer() {
    Rig rig = new Rig(proxy(Rig.KNOWN, Strangers.IGNORED));
    rig.sends(Packets.udhcpcDiscover());
    rig.sends(Packets.dhclientRequest());
    rig.sends(Packets.ipxeRequest());
    rig.sends(Packets.bootp1497());
    assertThat(rig.wire.sent).isEmpty();
    assertThat(rig.service.outcomes())
        .containsEntry(Outcome.IGNORED_NOT_BOOTING, 3L)
        .containsEntry(Outcome.IGNORED_TYPE, 1L);
  }

  @Test
  void machinesThatAreNotKnownAreOnlyAnsweredWhereTheyAreToBeDiscovered() {
    Rig ignoring = new Rig(proxy(Identification.NONE, Strangers.IGNORED));
    ignoring.sends(Packets.pxeRomDiscover());
    assertThat(ignoring.wire.sent).isEmpty();
    assertThat(ignoring.service.outcomes()).containsEntry(Outcome.IGNORED_NO_POSITION, 1L);
    Rig discovering = new Rig(proxy(Identification.NONE, DISCOVERED));
    discovering.sends(Packets.ipxeDiscover());
    assertThat(discovering.answer().message().bootFile()).endsWith("/discovery.ipxe");
  }

  @Test
  void aBootServersAnswerGoesToThePortThatWasAskedFrom() {
    Rig rig = new Rig(proxy(Rig.KNOWN, Strangers.IGNORED));
    byte[] request = Packets.pxeRomDiscover();
    request[242] = 3;
    Packets.address(request, 12, 10, 0, 0, 77);
    rig.bootPort.arrives(request, Ipv4Address.of(10, 0, 0, 77), 4011);
    rig.run();
    DhcpMessage ack = rig.bootPort.last().message();
    assertThat(ack.type()).contains(MessageType.ACK);
    assertThat(ack.clientAddress()).isEqualTo(Ipv4Address.of(10, 0, 0, 77));
    assertThat(ack.yourAddress().isZero()).isTrue();
    assertThat(ack.bootFile()).isEqualTo("undionly.kpxe");
    assertThat(rig.bootPort.last().to())
        .isEqualTo(new Destination.Client(Ipv4Address.of(10, 0, 0, 77), 4011));
    assertThat(rig.wire.sent).isEmpty();
  }

  @Test
  void thePortOfBootServersGivesNoLeasesWhateverTheMode() {
    Rig rig = new Rig(Rig.cards(Rig.KNOWN));
    rig.bootPort.arrives(Packets.dhclientRequest(), Rig.CARD, 68);
    rig.bootPort.arrives(Packets.pxeRomDiscover(), Ipv4Address.ZERO, 68);
    rig.run();
    assertThat(rig.bootPort.sent).isEmpty();
    assertThat(rig.writer.log()).isEmpty();
    assertThat(rig.service.outcomes())
        .containsEntry(Outcome.IGNORED_NOT_BOOTING, 1L)
        .containsEntry(Outcome.IGNORED_TYPE, 1L);
  }
}
