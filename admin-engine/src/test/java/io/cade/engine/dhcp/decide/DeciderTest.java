package io.cade.engine.dhcp.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.wire.CircuitId;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.DhcpOptions;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.dhcp.wire.RelayInformation;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.Severity;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeciderTest {
  private static final Ipv4Address SERVER = Ipv4Address.of(127, 0, 0, 1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final CardPosition HERE = new CardPosition(1, 3);
  private static final CardPosition THERE = new CardPosition(2, 5);
  private static final Ipv4Address ADDRESS = Ipv4Address.of(127, 1, 1, 3);
  private static final MacAddress MAC = new MacAddress("02:00:00:01:03:00");
  private static final MacAddress OTHER_MAC = new MacAddress("02:00:00:99:99:00");

  private final AddressPlan plan = new ChassisSubnets(Ipv4Address.of(127, 1, 0, 0), 2);
  private final Decider decider =
      new Decider(plan, new LeasePolicy(SERVER, HOUR, Duration.ofMinutes(1)), DhcpPolicy.USUAL);
  private static final Binding SLOT = new Binding.Slot(HERE, ADDRESS);
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Cabinet cabinet = Cabinet.empty();

  @Test
  void discoverInAKnownSlotIsOfferedTheSlotsAddress() {
    assertThat(decide(relayed(discover(), HERE))).isEqualTo(new Verdict.Offer(SLOT, HOUR, false));
  }

  @Test
  void anOfferChangesNothing() {
    assertThat(decide(relayed(discover(), HERE)).changes()).isEmpty();
  }

  @Test
  void selectingSeatsTheCardBootsItAndGrantsTheLeaseInOneTransaction() {
    Verdict verdict = decide(relayed(selecting(ADDRESS, SERVER), HERE));
    assertThat(verdict).isInstanceOf(Verdict.Ack.class);
    assertThat(verdict.changes())
        .containsExactly(
            new Change.CardSeated(HERE, CardRole.SERVER, MAC),
            new Change.CardStateChanged(HERE, CardState.BOOTING, "asked for its address"),
            new Change.LeaseGranted(HERE, MAC, "127.1.1.3", now.plus(HOUR)));
  }

  @Test
  void selectingAnotherServerIsIgnored() {
    assertOutcome(
        relayed(selecting(ADDRESS, Ipv4Address.of(10, 0, 0, 1)), HERE),
        Outcome.IGNORED_OTHER_SERVER);
  }

  @Test
  void selectingAnAddressOfAnotherSlotIsRefused() {
    assertOutcome(
        relayed(selecting(Ipv4Address.of(127, 1, 1, 4), SERVER), HERE), Outcome.NAK_WRONG_ADDRESS);
  }

  @Test
  void selectingWithoutAnAddressIsIgnored() {
    assertOutcome(relayed(selecting(null, SERVER), HERE), Outcome.IGNORED_NO_ADDRESS);
  }

  @Test
  void initRebootWithALeaseIsAcknowledged() {
    boot(HERE, MAC);
    assertOutcome(relayed(selecting(ADDRESS, null), HERE), Outcome.ACKED);
  }

  @Test
  void initRebootWithAnotherAddressIsRefused() {
    boot(HERE, MAC);
    assertOutcome(
        relayed(selecting(Ipv4Address.of(192, 168, 0, 9), null), HERE), Outcome.NAK_WRONG_ADDRESS);
  }

  @Test
  void initRebootOfAnUnknownClientIsMetWithSilence() {
    assertOutcome(relayed(selecting(ADDRESS, null), HERE), Outcome.IGNORED_NO_RECORD);
  }

  @Test
  void renewingExtendsTheLeaseAndLeavesTheStateAlone() {
    boot(HERE, MAC);
    state(HERE, CardState.AVAILABLE);
    now = now.plus(Duration.ofMinutes(30));
    Verdict verdict = decide(renewing(ADDRESS), ADDRESS);
    assertThat(verdict.outcome()).isEqualTo(Outcome.ACKED);
    assertThat(verdict.changes())
        .containsExactly(new Change.LeaseGranted(HERE, MAC, "127.1.1.3", now.plus(HOUR)));
  }

  @Test
  void renewingFromAnotherAddressThanClaimedIsIgnored() {
    boot(HERE, MAC);
    assertThat(decide(renewing(ADDRESS), Ipv4Address.of(127, 1, 1, 4)).outcome())
        .isEqualTo(Outcome.IGNORED_FOREIGN_ADDRESS);
  }

  @Test
  void renewingALeaseThatAnotherCardNowHoldsIsRefused() {
    boot(HERE, MAC);
    state(HERE, CardState.ABSENT);
    boot(HERE, OTHER_MAC);
    assertThat(decide(renewing(ADDRESS), ADDRESS).outcome()).isEqualTo(Outcome.NAK_NO_LEASE);
  }

  @Test
  void rebindingThroughTheHubIsAcknowledged() {
    boot(HERE, MAC);
    Verdict verdict = decide(relayed(renewing(ADDRESS), HERE));
    assertThat(verdict.outcome()).isEqualTo(Outcome.ACKED);
    assertThat(verdict.changes()).hasSize(1);
  }

  @Test
  void rebindingInAnotherSlotIsRefused() {
    boot(HERE, MAC);
    state(HERE, CardState.FAILED);
    assertOutcome(relayed(renewing(ADDRESS), THERE), Outcome.NAK_WRONG_ADDRESS);
  }

  @Test
  void declineEndsTheLeaseOfItsHolderOnly() {
    boot(HERE, MAC);
    DhcpMessage decline =
        client(
            DhcpOptions.builder()
                .put(MessageType.DECLINE)
                .put(OptionCode.SERVER_ID, SERVER)
                .put(OptionCode.REQUESTED_ADDRESS, ADDRESS)
                .build());
    Verdict verdict = decide(relayed(decline, HERE));
    assertThat(verdict.outcome()).isEqualTo(Outcome.DECLINED);
    assertThat(verdict.changes())
        .containsExactly(
            new Change.LeaseEnded(HERE, "declined by " + MAC + ": the address is in use"),
            new Change.AlarmRaised(
                Alarms.conflict(ADDRESS),
                Severity.MAJOR,
                "card "
                    + MAC
                    + " in slot 1.3 found its address 127.1.1.3 in use by another station"));
    cabinet = Cabinet.empty();
    assertOutcome(relayed(decline, HERE), Outcome.IGNORED_NOT_HOLDER);
  }

  @Test
  void releaseEndsTheLeaseOfItsHolderOnly() {
    boot(HERE, MAC);
    DhcpMessage release =
        client(DhcpOptions.builder().put(MessageType.RELEASE).build()).withClientAddress(ADDRESS);
    Verdict verdict = decide(release, ADDRESS);
    assertThat(verdict.outcome()).isEqualTo(Outcome.RELEASED);
    assertThat(verdict.changes()).singleElement().isInstanceOf(Change.LeaseEnded.class);
    cabinet = Cabinet.empty();
    boot(HERE, OTHER_MAC);
    assertThat(decide(release, ADDRESS).outcome()).isEqualTo(Outcome.IGNORED_NOT_HOLDER);
  }

  @Test
  void informGetsParametersWithoutALease() {
    DhcpMessage inform =
        client(DhcpOptions.builder().put(MessageType.INFORM).build()).withClientAddress(ADDRESS);
    assertThat(decide(inform, ADDRESS)).isEqualTo(new Verdict.Inform(SLOT));
  }

  @Test
  void aRetransmittedRequestIsAnsweredAgainAndChangesNothing() {
    boot(HERE, MAC);
    state(HERE, CardState.AVAILABLE);
    now = now.plusSeconds(10);
    Verdict verdict = decide(relayed(selecting(ADDRESS, SERVER), HERE), hub(HERE), true);
    assertThat(verdict)
        .isEqualTo(
            new Verdict.Ack(SLOT, HOUR.minusSeconds(10), Outcome.ACKED_AGAIN, List.of(), false));
  }

  @Test
  void anotherCardInAKnownSlotTakesOverItsRole() {
    apply(new Change.CardSeated(HERE, CardRole.PROXY, OTHER_MAC));
    boot(HERE, MAC);
    assertThat(cabinet.card(HERE).orElseThrow().role()).isEqualTo(CardRole.PROXY);
    assertThat(cabinet.card(HERE).orElseThrow().mac()).isEqualTo(MAC);
    assertThat(cabinet.swaps()).hasSize(1);
    assertThat(cabinet.alarms()).isEmpty();
  }

  @Test
  void aMacAddressThatIsAliveElsewhereIsIgnoredAndReportedOnce() {
    boot(HERE, MAC);
    state(HERE, CardState.AVAILABLE);
    assertOutcome(relayed(discover(), THERE), Outcome.IGNORED_DUPLICATE_MAC);
    apply(decide(relayed(discover(), THERE)).changes().toArray(Change[]::new));
    assertThat(cabinet.alarms().keySet()).containsExactly(Alarms.duplicate(MAC));
    assertThat(decide(relayed(discover(), THERE)).changes()).isEmpty();
    assertOutcome(
        relayed(selecting(plan.addressOf(THERE), SERVER), THERE), Outcome.IGNORED_DUPLICATE_MAC);
    assertThat(cabinet.lease(THERE)).isEmpty();
  }

  @Test
  void aMacAddressThatBootsElsewhereIsADuplicateForTheBootGrace() {
    boot(HERE, MAC);
    assertOutcome(relayed(discover(), THERE), Outcome.IGNORED_DUPLICATE_MAC);
    now = now.plus(Duration.ofMinutes(1));
    assertOutcome(relayed(discover(), THERE), Outcome.OFFERED);
  }

  @Test
  void aCardThatMovedIsTakenAndReported() {
    boot(HERE, MAC);
    state(HERE, CardState.AVAILABLE);
    apply(decide(relayed(discover(), THERE)).changes().toArray(Change[]::new));
    state(HERE, CardState.FAILED);
    boot(THERE, MAC);
    assertThat(cabinet.alarms().keySet()).containsExactly(Alarms.moved(THERE));
    assertThat(cabinet.lease(HERE)).isEmpty();
    assertThat(cabinet.lease(THERE)).isPresent();
    assertThat(cabinet.card(HERE).orElseThrow().state()).isEqualTo(CardState.ABSENT);
  }

  @Test
  void aCardThatMovedAndBootsAgainIsNotReportedAgain() {
    boot(HERE, MAC);
    state(HERE, CardState.FAILED);
    boot(THERE, MAC);
    assertThat(decide(relayed(selecting(plan.addressOf(THERE), SERVER), THERE)).changes())
        .allMatch(c -> c instanceof Change.LeaseGranted);
  }

  @Test
  void aCardThatReturnsToItsSlotEndsTheAlarm() {
    boot(HERE, MAC);
    state(HERE, CardState.FAILED);
    boot(THERE, MAC);
    state(THERE, CardState.FAILED);
    boot(HERE, MAC);
    assertThat(cabinet.alarms()).isEmpty();
    assertThat(cabinet.lease(THERE)).isEmpty();
  }

  @Test
  void anotherCardInTheSlotOfAMovedOneEndsTheAlarm() {
    boot(HERE, MAC);
    state(HERE, CardState.FAILED);
    boot(THERE, MAC);
    boot(THERE, OTHER_MAC);
    assertThat(cabinet.alarms()).isEmpty();
  }

  @Test
  void aLockedCardGetsNoAddressNeitherHereNorElsewhere() {
    boot(HERE, MAC);
    state(HERE, CardState.QUARANTINED);
    assertOutcome(relayed(discover(), HERE), Outcome.IGNORED_QUARANTINED);
    assertOutcome(relayed(discover(), THERE), Outcome.IGNORED_QUARANTINED);
  }

  @Test
  void anotherCardInTheSlotOfALockedOneIsTaken() {
    boot(HERE, OTHER_MAC);
    state(HERE, CardState.QUARANTINED);
    assertOutcome(relayed(discover(), HERE), Outcome.OFFERED);
  }

  @Test
  void aRelayThatIsNoHubIsIgnored() {
    DhcpMessage m =
        discover()
            .relayed(
                1,
                Ipv4Address.of(127, 1, 7, 254),
                discover().options().with(82, RelayInformation.ofCircuit("7/1").encode()));
    assertOutcome(m, Outcome.IGNORED_UNKNOWN_RELAY);
  }

  @Test
  void aHubThatSpeaksForAnotherChassisIsIgnored() {
    DhcpMessage m =
        discover()
            .relayed(
                1,
                Ipv4Address.of(127, 1, 1, 254),
                discover().options().with(82, RelayInformation.ofCircuit("2/1").encode()));
    assertOutcome(m, Outcome.IGNORED_OTHER_CHASSIS);
  }

  @Test
  void aRelayedMessageWithoutAPositionIsIgnored() {
    assertOutcome(
        discover().relayed(1, Ipv4Address.of(127, 1, 1, 254), discover().options()),
        Outcome.IGNORED_NO_POSITION);
  }

  @Test
  void aPositionWithoutARelayIsIgnored() {
    DhcpMessage m =
        client(discover().options().with(82, RelayInformation.ofCircuit("1/3").encode()));
    assertThat(decide(m, Ipv4Address.ZERO).outcome())
        .isEqualTo(Outcome.IGNORED_RELAY_INFORMATION_WITHOUT_RELAY);
  }

  @Test
  void onTheServersOwnWireOnlyAMacAddressOfTheInventoryIsServed() {
    assertThat(decide(discover(), Ipv4Address.ZERO).outcome())
        .isEqualTo(Outcome.IGNORED_NO_POSITION);
    boot(HERE, MAC);
    assertThat(decide(discover(), Ipv4Address.ZERO).outcome()).isEqualTo(Outcome.OFFERED);
  }

  @Test
  void serversMessagesAndUnknownTypesAreIgnored() {
    assertOutcome(
        relayed(client(DhcpOptions.builder().put(MessageType.ACK).build()), HERE),
        Outcome.IGNORED_TYPE);
    assertOutcome(
        relayed(client(DhcpOptions.builder().put(53, Octets.ofNumber(99, 1)).build()), HERE),
        Outcome.IGNORED_TYPE);
  }

  private void boot(CardPosition position, MacAddress mac) {
    DhcpMessage request =
        DhcpMessage.fromClient(
            mac,
            1,
            0,
            DhcpOptions.builder()
                .put(MessageType.REQUEST)
                .put(OptionCode.SERVER_ID, SERVER)
                .put(OptionCode.REQUESTED_ADDRESS, plan.addressOf(position))
                .build());
    Verdict verdict = decide(relayed(request, position));
    assertThat(verdict.outcome()).isEqualTo(Outcome.ACKED);
    apply(verdict.changes().toArray(Change[]::new));
  }

  private void state(CardPosition position, CardState state) {
    apply(new Change.CardStateChanged(position, state, "test"));
  }

  private void apply(Change... changes) {
    CabinetBuilder builder = new CabinetBuilder(cabinet);
    for (Change change : changes) {
      builder.apply(change, now);
    }
    cabinet = builder.freeze(cabinet.position() + 1);
  }

  private void assertOutcome(DhcpMessage message, Outcome outcome) {
    assertThat(decide(message).outcome()).isEqualTo(outcome);
  }

  private Verdict decide(DhcpMessage relayed) {
    return decide(relayed, hub(HERE), false);
  }

  private Verdict decide(DhcpMessage direct, Ipv4Address from) {
    return decide(direct, from.port(1068), false);
  }

  private Verdict decide(DhcpMessage message, InetSocketAddress from, boolean again) {
    return switch (Query.of(message, from, SERVER, false)) {
      case Query.Read.Refused r -> new Verdict.Silence(r.why(), List.of());
      case Query.Read.Asks a ->
          decider.decide(again ? a.query().repeated() : a.query(), cabinet, now);
    };
  }

  private static InetSocketAddress hub(CardPosition of) {
    return Ipv4Address.of(127, 1, of.chassis(), 254).port(1067);
  }

  private static DhcpMessage client(DhcpOptions options) {
    return DhcpMessage.fromClient(MAC, 1, 0, options);
  }

  private static DhcpMessage discover() {
    return client(DhcpOptions.builder().put(MessageType.DISCOVER).build());
  }

  private static DhcpMessage selecting(@Nullable Ipv4Address wanted, @Nullable Ipv4Address server) {
    DhcpOptions.Builder options = DhcpOptions.builder().put(MessageType.REQUEST);
    if (wanted != null) {
      options.put(OptionCode.REQUESTED_ADDRESS, wanted);
    }
    if (server != null) {
      options.put(OptionCode.SERVER_ID, server);
    }
    return client(options.build());
  }

  private static DhcpMessage renewing(Ipv4Address address) {
    return client(DhcpOptions.builder().put(MessageType.REQUEST).build())
        .withClientAddress(address);
  }

  private static DhcpMessage relayed(DhcpMessage message, CardPosition from) {
    return message.relayed(
        1,
        Ipv4Address.of(127, 1, from.chassis(), 254),
        message.options().with(82, RelayInformation.ofCircuit(CircuitId.format(from)).encode()));
  }
}
