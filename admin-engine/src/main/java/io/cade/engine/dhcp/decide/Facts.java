package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Lease;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All that a decision about a machine in a slot needs to know.
 *
 * @param position the slot that the message came from
 * @param address the slot's address
 * @param here what is known of the slot
 * @param lease of the slot, also when it has expired or belongs to another card
 * @param elsewhere another slot in which a card with this MAC address was last seen; the most alive
 * @param duplicateRaised the alarm about this MAC address is active
 * @param movedHereRaised the alarm about a card moved to this slot is active
 * @param movedThereRaised the alarm about a card moved to the slot {@code elsewhere} is active
 * @param conflictRaised the alarm about somebody using the slot's address is active
 */
record Facts(
    Query query,
    CardPosition position,
    Ipv4Address address,
    Optional<Card> here,
    Optional<Lease> lease,
    Optional<Card> elsewhere,
    boolean duplicateRaised,
    boolean movedHereRaised,
    boolean movedThereRaised,
    boolean conflictRaised) {

  static Facts load(Query query, CardPosition position, Ipv4Address address, Cabinet cabinet) {
    Optional<Card> elsewhere = elsewhere(query.mac(), position, cabinet);
    boolean quiet = cabinet.alarms().isEmpty();
    return new Facts(
        query,
        position,
        address,
        cabinet.card(position),
        cabinet.lease(position),
        elsewhere,
        !quiet && cabinet.alarms().containsKey(Alarms.duplicate(query.mac())),
        !quiet && cabinet.alarms().containsKey(Alarms.moved(position)),
        !quiet
            && elsewhere
                .filter(c -> cabinet.alarms().containsKey(Alarms.moved(c.position())))
                .isPresent(),
        !quiet && cabinet.alarms().containsKey(Alarms.conflict(address)));
  }

  private static Optional<Card> elsewhere(MacAddress mac, CardPosition here, Cabinet cabinet) {
    List<CardPosition> seats = cabinet.seatsOf(mac);
    if (seats.isEmpty() || (seats.size() == 1 && seats.getFirst().equals(here))) {
      return Optional.empty();
    }
    return seats.stream()
        .filter(p -> !p.equals(here))
        .flatMap(p -> cabinet.card(p).stream())
        .max(Comparator.comparingInt(Facts::presence));
  }

  private static int presence(Card card) {
    if (card.state().isAlive()) {
      return 3;
    }
    return switch (card.state()) {
      case QUARANTINED -> 2;
      case BOOTING -> 1;
      case ABSENT, OFF, AVAILABLE, ASSIGNED, RUNNING, DEGRADED, FAILED, UPDATING -> 0;
    };
  }

  DhcpMessage message() {
    return query.message();
  }

  MacAddress mac() {
    return query.mac();
  }

  /** Whether this card was the last one in the slot. */
  boolean isLastSeatedHere() {
    return here.isPresent() && mac().equals(here.get().mac());
  }

  /** Whether this card sits in the slot as far as is known, and has not been elsewhere since. */
  boolean isSeated() {
    return isLastSeatedHere() && (elsewhere.isEmpty() || ownLease().isPresent());
  }

  /** The slot's lease, if this card holds it. */
  Optional<Lease> ownLease() {
    return lease.filter(l -> l.mac().equals(mac()));
  }
}
