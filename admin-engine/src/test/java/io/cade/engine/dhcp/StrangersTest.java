package io.cade.engine.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.policy.AddressRange;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Identification;
import io.cade.engine.dhcp.policy.Network;
import io.cade.engine.dhcp.policy.Parameters;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.policy.Strangers.Treatment;
import io.cade.engine.dhcp.policy.Subnet;
import io.cade.engine.dhcp.wire.DhcpCodec;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.DhcpOptions;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.model.Change;
import io.cade.engine.model.PoolLease;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of machines whose slot cannot be told. */
class StrangersTest {
  private static final Ipv4Address NONE = Ipv4Address.ZERO;

  private Rig rig = new Rig(Rig.pool(Treatment.QUARANTINE, 10), Rig.POOL_WIRE);
  private int transaction = 1;

  // --- the policies

  @Test
  void byDefaultTheyAreIgnored() {
    rig = new Rig(DhcpPolicy.USUAL, Rig.POOL_WIRE);
    rig.sends(Packets.udhcpcDiscover());
    assertThat(rig.wire.sent).isEmpty();
    assertThat(rig.wire.probed).isEmpty();
    assertThat(rig.service.outcomes()).containsEntry(Outcome.IGNORED_NO_POSITION, 1L);
  }

  @Test
  void inQuarantineTheyGetAShortLeaseAndNothingToBootFrom() {
    rig.sends(Packets.pxeRomDiscover());
    DhcpMessage offer = rig.answer().message();
    assertThat(rig.wire.probed).containsExactly(offer.yourAddress());
    assertThat(pool(10).contains(offer.yourAddress())).isTrue();
    assertThat(offer.options().number(OptionCode.LEASE_TIME)).contains(300L);
    assertThat(offer.options().address(OptionCode.ROUTER)).contains(Ipv4Address.of(127, 9, 0, 254));
    assertThat(offer.bootFile()).isEmpty();
    assertThat(offer.nextServer().isZero()).isTrue();
    assertThat(offer.options().has(OptionCode.VENDOR_CLASS)).isFalse();
    assertThat(offer.options().has(OptionCode.HOST_NAME)).isFalse();
  }

  @Test
  void inDiscoveryTheyGetTheLoaderAndThenTheDiscoveryScript() {
    rig = new Rig(Rig.pool(Treatment.DISCOVERY, 10), Rig.POOL_WIRE);
    rig.sends(Packets.pxeRomDiscover());
    assertThat(rig.answer().message().bootFile()).isEqualTo("undionly.kpxe");
    rig.sends(Packets.ipxeDiscover());
    assertThat(rig.answer().message().bootFile()).isEqualTo("http://127.0.0.1:9080/discovery.ipxe");
    // But no card's own file, for it is none.
    rig.sends(Packets.udhcpcDiscover());
    assertThat(rig.answer().message().bootFile()).isEmpty();
  }

  @Test
  void aPoolsLeaseIsDurableBeforeItIsAcknowledged() {
    Ipv4Address address = offered(mac(1), null);
    rig.writer.hold();
    request(mac(1), address, Rig.POOL_WIRE, NONE);
    assertThat(rig.wire.sent).hasSize(1);
    rig.writer.release();
    rig.run();
    assertThat(rig.answer().message().type()).contains(MessageType.ACK);
    PoolLease lease = rig.writer.current().poolLeases().at(address.number()).orElseThrow();
    assertThat(lease.mac()).isEqualTo(mac(1));
    assertThat(lease.hostName()).isEqualTo("pc");
    assertThat(lease.expiresAt())
        .isBetween(
            rig.network.instant().plus(Duration.ofMinutes(4)),
            rig.network.instant().plus(Duration.ofMinutes(5)));
    // No card was seen anywhere.
    assertThat(rig.writer.current().cards()).isEmpty();
  }

  // --- which address (RFC 2131 §4.3.1)

  @Test
  void aClientGetsTheAddressThatItHadAlsoAfterItsEnd() {
    Ipv4Address address = leased(mac(1));
    rig.network.run(Duration.ofMinutes(30));
    assertThat(offered(mac(1), Ipv4Address.of(127, 9, 0, 105))).isEqualTo(address);
  }

  @Test
  void aClientGetsTheAddressThatItAsksForIfThatIsFree() {
    Ipv4Address wanted = Ipv4Address.of(127, 9, 0, 107);
    assertThat(offered(mac(1), wanted)).isEqualTo(wanted);
    assertThat(offered(mac(2), wanted)).isNotEqualTo(wanted);
    assertThat(pool(10).contains(offered(mac(3), Ipv4Address.of(127, 9, 0, 7)))).isTrue();
  }

  @Test
  void noTwoClientsAreOfferedOneAddressAndAFullPoolFallsSilent() {
    Set<Ipv4Address> all = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      all.add(offered(mac(i), null));
    }
    assertThat(all).hasSize(10);
    int answers = rig.wire.sent.size();
    discover(mac(99), null);
    assertThat(rig.wire.sent).hasSize(answers);
    assertThat(rig.service.outcomes()).containsEntry(Outcome.IGNORED_POOL_EXHAUSTED, 1L);
    // An offer that nobody took up is free again after a while.
    rig.network.run(Offers.KEPT);
    assertThat(pool(10).contains(offered(mac(99), null))).isTrue();
  }

  @Test
  void theLongestExpiredLeaseGoesToAnotherClientWhenNothingElseIsLeft() {
    Ipv4Address first = leased(mac(0));
    for (int i = 1; i < 10; i++) {
      rig.network.run(Duration.ofSeconds(1));
      leased(mac(i));
    }
    discover(mac(99), null);
    assertThat(rig.service.outcomes()).containsEntry(Outcome.IGNORED_POOL_EXHAUSTED, 1L);
    rig.network.run(Duration.ofMinutes(6));
    assertThat(offered(mac(99), null)).isEqualTo(first);
    request(mac(99), first, Rig.POOL_WIRE, NONE);
    assertThat(rig.answer().message().type()).contains(MessageType.ACK);
    assertThat(rig.writer.current().poolLeases().of("mac " + mac(0))).isEmpty();
  }

  @Test
  void clientsAreToldApartByTheirIdentifierNotTheirMacAddress() {
    Ipv4Address one = offeredTo(mac(1), "id-1");
    Ipv4Address two = offeredTo(mac(1), "id-2");
    assertThat(one).isNotEqualTo(two);
    assertThat(offeredTo(mac(2), "id-1")).isEqualTo(one);
  }

  // --- RFC 2131 §4.3.2

  @Test
  void selectingAnAddressThatIsNotThePoolsIsRefused() {
    request(mac(1), Ipv4Address.of(127, 9, 0, 7), Rig.POOL_WIRE, NONE);
    assertNak(Outcome.NAK_WRONG_ADDRESS);
  }

  @Test
  void selectingAnAddressThatAnotherHoldsIsRefused() {
    Ipv4Address address = leased(mac(1));
    request(mac(2), address, Rig.POOL_WIRE, NONE);
    assertNak(Outcome.NAK_TAKEN);
    assertThat(rig.writer.current().poolLeases().at(address.number()).orElseThrow().mac())
        .isEqualTo(mac(1));
  }

  @Test
  void selectingAnotherServerIsNoneOfThisOnesBusiness() {
    int answers = rig.wire.sent.size();
    request(mac(1), Ipv4Address.of(127, 9, 0, 105), Ipv4Address.of(127, 9, 0, 2), NONE);
    assertThat(rig.wire.sent).hasSize(answers);
  }

  @Test
  void initRebootIsAcknowledgedRefusedOrMetWithSilence() {
    Ipv4Address address = leased(mac(1));
    request(mac(1), address, null, NONE);
    assertThat(rig.answer().message().type()).contains(MessageType.ACK);
    // On the wrong network.
    request(mac(1), Ipv4Address.of(10, 0, 0, 7), null, NONE);
    assertNak(Outcome.NAK_WRONG_ADDRESS);
    // Another's.
    request(mac(2), address, null, NONE);
    assertNak(Outcome.NAK_TAKEN);
    // On the right network, but nothing is known of it here: another server may know.
    int answers = rig.wire.sent.size();
    request(mac(2), Ipv4Address.of(127, 9, 0, 30), null, NONE);
    assertThat(rig.wire.sent).hasSize(answers);
    assertThat(rig.service.outcomes()).containsEntry(Outcome.IGNORED_NO_RECORD, 1L);
  }

  @Test
  void renewingExtendsTheHoldersLeaseAndNobodyElses() {
    Ipv4Address address = leased(mac(1));
    rig.network.run(Duration.ofMinutes(2));
    request(mac(1), null, null, address);
    assertThat(rig.answer().message().type()).contains(MessageType.ACK);
    assertThat(rig.writer.current().poolLeases().at(address.number()).orElseThrow().expiresAt())
        .isAfter(rig.network.instant().plus(Duration.ofMinutes(4)));
    request(mac(2), null, null, address);
    assertNak(Outcome.NAK_NO_LEASE);
  }

  @Test
  void releaseFreesTheHoldersAddressOnly() {
    Ipv4Address address = leased(mac(1));
    send(message(mac(2), MessageType.RELEASE, null, null, address), address);
    assertThat(rig.writer.current().poolLeases().size()).isEqualTo(1);
    send(message(mac(1), MessageType.RELEASE, null, null, address), address);
    assertThat(rig.writer.current().poolLeases().size()).isZero();
  }

  // --- conflicts (RFC 2131 §3.1 step 2, §4.3.3)

  @Test
  void anAddressThatSomebodyUsesIsLockedAndAnotherOneIsOffered() {
    Ipv4Address used = Ipv4Address.of(127, 9, 0, 105);
    rig.wire.used.add(used);
    Ipv4Address other = offered(mac(1), used);
    assertThat(other).isNotEqualTo(used);
    assertThat(rig.wire.probed).containsExactly(used, other);
    assertThat(rig.writer.current().poolLeases().at(used.number()).orElseThrow().state())
        .isEqualTo(PoolLease.State.LOCKED);
    assertThat(rig.service.outcomes()).containsEntry(Outcome.CONFLICT_FOUND, 1L);
    assertThat(rig.writer.current().alarms().keySet())
        .extracting(Object::toString)
        .containsExactly("addressConflict subnet 127.9.0.0/24");
    // The lock ends, and the alarm with it.
    rig.network.run(Duration.ofMinutes(62));
    assertThat(rig.writer.current().alarms()).isEmpty();
    assertThat(rig.writer.current().poolLeases().at(used.number())).isEmpty();
  }

  @Test
  void afterThreeConflictsTheClientHasToAskAgain() {
    for (int i = 100; i < 110; i++) {
      rig.wire.used.add(Ipv4Address.of(127, 9, 0, i));
    }
    discover(mac(1), null);
    assertThat(rig.wire.sent).isEmpty();
    assertThat(rig.wire.probed).hasSize(3);
    assertThat(rig.writer.log().stream().filter(Change.AlarmRaised.class::isInstance)).hasSize(1);
  }

  @Test
  void aClientThatRepeatsItselfDuringTheProbeIsAnsweredOnce() {
    rig.wire.holdProbes();
    discover(mac(1), Ipv4Address.of(127, 9, 0, 105));
    discover(mac(1), Ipv4Address.of(127, 9, 0, 105));
    assertThat(rig.wire.sent).isEmpty();
    assertThat(rig.wire.probed).hasSize(1);
    rig.wire.probeEnds(Ipv4Address.of(127, 9, 0, 105), false);
    rig.run();
    assertThat(rig.wire.sent).hasSize(1);
    assertThat(rig.service.outcomes()).containsEntry(Outcome.DROPPED_IN_PROGRESS, 1L);
  }

  @Test
  void whoHoldsAnAddressIsNotProbedForIt() {
    leased(mac(1));
    int probes = rig.wire.probed.size();
    discover(mac(1), null);
    assertThat(rig.wire.probed).hasSize(probes);
  }

  @Test
  void cardsAreNotProbedFor() {
    rig = new Rig(Rig.cards(Rig.KNOWN));
    rig.sends(Packets.udhcpcDiscover());
    assertThat(rig.wire.probed).isEmpty();
  }

  @Test
  void aDeclinedAddressIsLockedForATimeAndItsHolderGetsAnother() {
    Ipv4Address address = leased(mac(1));
    send(message(mac(2), MessageType.DECLINE, address, Rig.POOL_WIRE, NONE), NONE);
    assertThat(rig.writer.current().alarms()).isEmpty();
    send(message(mac(1), MessageType.DECLINE, address, Rig.POOL_WIRE, NONE), NONE);
    assertThat(rig.writer.current().poolLeases().at(address.number()).orElseThrow().state())
        .isEqualTo(PoolLease.State.LOCKED);
    assertThat(rig.writer.current().alarms()).hasSize(1);
    assertThat(offered(mac(1), address)).isNotEqualTo(address);
    request(mac(1), address, Rig.POOL_WIRE, NONE);
    assertNak(Outcome.NAK_TAKEN);
  }

  // --- which subnet

  @Test
  void theRelayAgentsLinkSelectionGoesBeforeTheClientsAndThatBeforeGiaddr() {
    rig = new Rig(twoSubnets(), Rig.POOL_WIRE);
    // giaddr alone.
    relayed("");
    assertThat(rig.answer().message().yourAddress()).isEqualTo(Ipv4Address.of(127, 9, 1, 100));
    // RFC 3011.
    relayed("76 04 7f090000");
    assertThat(rig.answer().message().yourAddress()).isEqualTo(Ipv4Address.of(127, 9, 0, 100));
    // RFC 3527.
    relayed("76 04 7f090100 52 06 05 04 7f090005");
    assertThat(rig.answer().message().yourAddress()).isEqualTo(Ipv4Address.of(127, 9, 0, 100));
    // A link that nobody knows is served by nobody.
    int answers = rig.wire.sent.size();
    relayed("52 06 05 04 0a000001");
    assertThat(rig.wire.sent).hasSize(answers);
    assertThat(rig.service.outcomes()).containsEntry(Outcome.IGNORED_NO_SUBNET, 1L);
  }

  @Test
  void aRelayAgentOfNoSubnetIsIgnoredWhateverItSelects() {
    byte[] m =
        Packets.message(1, 0, Packets.option(53, "01"), Packets.option(82, "05 04 7f090005"));
    Packets.address(m, 24, 10, 9, 8, 7);
    rig.sends(m);
    assertThat(rig.wire.sent).isEmpty();
    assertThat(rig.service.outcomes()).containsEntry(Outcome.IGNORED_UNKNOWN_RELAY, 1L);
  }

  private void relayed(String options) {
    byte[] more = HexFormat.of().parseHex(options.replace(" ", ""));
    byte[] m = Packets.message(transaction++, 0, Packets.option(53, "01"), more);
    Packets.address(m, 24, 127, 9, 1, 1);
    rig.sends(m);
  }

  private static DhcpPolicy twoSubnets() {
    return Rig.policy(
        Identification.NONE,
        new Strangers(Treatment.QUARANTINE, Duration.ofMinutes(5), Duration.ofHours(1)),
        List.of(subnet("127.9.0"), subnet("127.9.1")),
        Parameters.NONE,
        false);
  }

  private static Subnet subnet(String net) {
    return new Subnet(
        Network.parse(net + ".0/24"),
        Optional.empty(),
        Optional.of(AddressRange.parse(net + ".100-" + net + ".100")),
        Parameters.NONE);
  }

  // --- helpers

  private static AddressRange pool(int size) {
    return new AddressRange(Ipv4Address.of(127, 9, 0, 100), Ipv4Address.of(127, 9, 0, 99 + size));
  }

  private static MacAddress mac(int i) {
    return new MacAddress("02:aa:00:00:00:%02x".formatted(i));
  }

  private Ipv4Address leased(MacAddress mac) {
    Ipv4Address address = offered(mac, null);
    request(mac, address, Rig.POOL_WIRE, NONE);
    assertThat(rig.answer().message().type()).contains(MessageType.ACK);
    return address;
  }

  private Ipv4Address offered(MacAddress mac, @Nullable Ipv4Address wanted) {
    discover(mac, wanted);
    assertThat(rig.answer().message().type()).contains(MessageType.OFFER);
    assertThat(rig.answer().message().mac()).contains(mac);
    return rig.answer().message().yourAddress();
  }

  private Ipv4Address offeredTo(MacAddress mac, String clientId) {
    DhcpMessage m = message(mac, MessageType.DISCOVER, null, null, NONE);
    send(m.withOptions(m.options().with(OptionCode.CLIENT_ID, Octets.ofText(clientId))), NONE);
    return rig.answer().message().yourAddress();
  }

  private void discover(MacAddress mac, @Nullable Ipv4Address wanted) {
    send(message(mac, MessageType.DISCOVER, wanted, null, NONE), NONE);
  }

  private void request(
      MacAddress mac,
      @Nullable Ipv4Address wanted,
      @Nullable Ipv4Address server,
      Ipv4Address client) {
    send(message(mac, MessageType.REQUEST, wanted, server, client), client);
  }

  private DhcpMessage message(
      MacAddress mac,
      MessageType type,
      @Nullable Ipv4Address wanted,
      @Nullable Ipv4Address server,
      Ipv4Address client) {
    DhcpOptions.Builder options =
        DhcpOptions.builder().put(type).put(OptionCode.HOST_NAME, "pc\u0007");
    if (wanted != null) {
      options.put(OptionCode.REQUESTED_ADDRESS, wanted);
    }
    if (server != null) {
      options.put(OptionCode.SERVER_ID, server);
    }
    return DhcpMessage.fromClient(mac, transaction++, 0, options.build()).withClientAddress(client);
  }

  private void send(DhcpMessage message, Ipv4Address from) {
    rig.sends(DhcpCodec.encode(message, 548), from);
  }

  private void assertNak(Outcome why) {
    assertThat(rig.answer().message().type()).contains(MessageType.NAK);
    assertThat(rig.service.outcomes().get(why)).as("%s", why).isPositive();
  }
}
