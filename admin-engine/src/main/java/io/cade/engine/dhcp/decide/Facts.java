package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.model.Card;
import io.cade.engine.model.Lease;
import java.util.Optional;

/**
 * All that the decision needs to know.
 *
 * @param position the slot that the message came from
 * @param address the slot's address
 * @param here what is known of the slot
 * @param lease of the slot, also when it has expired or belongs to another card
 * @param elsewhere another slot in which a card with this MAC address was last seen; the most alive
 * @param retransmission this very request was answered with an ACK before
 * @param duplicateRaised the alarm about this MAC address is active
 * @param movedHereRaised the alarm about a card moved to this slot is active
 * @param movedThereRaised the alarm about a card moved to the slot {@code elsewhere} is active
 */
public record Facts(
    DhcpMessage message,
    MessageType type,
    MacAddress mac,
    CardPosition position,
    Ipv4Address address,
    Optional<Card> here,
    Optional<Lease> lease,
    Optional<Card> elsewhere,
    boolean retransmission,
    boolean duplicateRaised,
    boolean movedHereRaised,
    boolean movedThereRaised) {

  /** Whether this card was the last one in the slot. */
  boolean isLastSeatedHere() {
    return here.isPresent() && mac.equals(here.get().mac());
  }

  /** Whether this card sits in the slot as far as is known, and has not been elsewhere since. */
  boolean isSeated() {
    return isLastSeatedHere() && (elsewhere.isEmpty() || ownLease().isPresent());
  }

  /** The slot's lease, if this card holds it. */
  Optional<Lease> ownLease() {
    return lease.filter(l -> l.mac().equals(mac));
  }
}
