package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.wire.CircuitId;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.Octets;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.dhcp.wire.RelayInformation;
import io.cade.engine.model.Cabinet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds out which slot a message came from (SPEC C2). A card is believed its MAC address only; its
 * position is, in this order: what its relay agent says (option 82), what its leased address says,
 * where the inventory of the management bus has its MAC address, where that was last seen.
 */
final class Locator {
  private final AddressPlan plan;
  private final DhcpPolicy policy;

  Locator(AddressPlan plan, DhcpPolicy policy) {
    this.plan = plan;
    this.policy = policy;
  }

  /** Where a client is. */
  sealed interface Where {
    record Slot(CardPosition position) implements Where {}

    /** Somewhere in this module's networks, but in no slot that could be told. */
    record Stranger(Outcome why) implements Where {}

    /** None of this server's business. */
    record Nowhere(Outcome why) implements Where {}
  }

  Where locate(Query q, Cabinet cabinet) {
    if (q.isRelayed()) {
      return relayed(q, cabinet);
    }
    if (q.relay().isPresent()) {
      return new Where.Nowhere(Outcome.IGNORED_RELAY_INFORMATION_WITHOUT_RELAY);
    }
    Ipv4Address claimed = q.message().clientAddress();
    return claimed.isZero() ? byMac(q.mac(), OptionalInt.empty(), cabinet) : claimed(q, cabinet);
  }

  /** As {@link #locate}, but for clients whose address another server gave. */
  Where locateWithoutAddress(Query q, Cabinet cabinet) {
    return q.isRelayed() ? relayed(q, cabinet) : byMac(q.mac(), OptionalInt.empty(), cabinet);
  }

  private Where relayed(Query q, Cabinet cabinet) {
    Ipv4Address relay = q.message().relayAddress();
    if (plan.chassisOfHub(relay).isEmpty() && policy.subnetOf(relay).isEmpty()) {
      return new Where.Nowhere(Outcome.IGNORED_UNKNOWN_RELAY);
    }
    OptionalInt hub = plan.chassisOfHub(q.link());
    OptionalInt named =
        q.relay()
            .flatMap(RelayInformation::remoteId)
            .map(policy.identification()::chassisOf)
            .orElse(OptionalInt.empty());
    OptionalInt chassis = named.isPresent() ? named : hub;
    if (chassis.isEmpty()) {
      return byMac(q.mac(), OptionalInt.empty(), cabinet);
    }
    Optional<CardPosition> position =
        q.relay().flatMap(r -> position(r, named)).filter(this::exists);
    if (position.isEmpty()) {
      return byMac(q.mac(), chassis, cabinet);
    }
    return position.get().chassis() == chassis.getAsInt()
        ? new Where.Slot(position.get())
        : new Where.Nowhere(Outcome.IGNORED_OTHER_CHASSIS);
  }

  /** The circuit id, or the subscriber id, which stays when cables are swapped (RFC 3993). */
  private static Optional<CardPosition> position(RelayInformation relay, OptionalInt named) {
    return relay
        .circuitId()
        .flatMap(id -> position(id, named))
        .or(() -> relay.subscriberId().flatMap(CircuitId::parse));
  }

  private static Optional<CardPosition> position(Octets circuit, OptionalInt named) {
    Optional<CardPosition> whole = CircuitId.parse(circuit);
    // A relay agent that is known by its remote id names only the slot.
    return whole.isPresent() || named.isEmpty()
        ? whole
        : CircuitId.parseSlot(circuit, named.getAsInt());
  }

  private boolean exists(CardPosition position) {
    return plan.positionOf(plan.addressOf(position)).isPresent();
  }

  private Where claimed(Query q, Cabinet cabinet) {
    Ipv4Address claimed = q.message().clientAddress();
    // An address proves a position only as far as answers to it arrive there.
    if (Ipv4Address.of(q.source().getAddress()).filter(claimed::equals).isEmpty()) {
      return new Where.Nowhere(Outcome.IGNORED_FOREIGN_ADDRESS);
    }
    Optional<CardPosition> position = plan.positionOf(claimed);
    if (position.isPresent()) {
      return new Where.Slot(position.get());
    }
    return policy.subnetOf(claimed).isPresent()
        ? byMac(q.mac(), OptionalInt.empty(), cabinet)
        : new Where.Nowhere(Outcome.IGNORED_FOREIGN_ADDRESS);
  }

  /**
   * @param chassis that the client is known to be in, if that is known
   */
  private Where byMac(MacAddress mac, OptionalInt chassis, Cabinet cabinet) {
    Optional<CardPosition> listed = policy.identification().slotOf(mac);
    if (listed.isEmpty()) {
      List<CardPosition> seats = cabinet.seatsOf(mac);
      listed = seats.size() == 1 ? Optional.of(seats.getFirst()) : Optional.empty();
    }
    return listed
        .filter(p -> !p.isManagement())
        .filter(p -> chassis.isEmpty() || p.chassis() == chassis.getAsInt())
        .filter(this::exists)
        .<Where>map(Where.Slot::new)
        .orElse(new Where.Stranger(Outcome.IGNORED_NO_POSITION));
  }

  /** The address that chooses the subnet of a client without a slot. */
  Ipv4Address linkOf(Query q) {
    Ipv4Address claimed = q.message().clientAddress();
    if (!claimed.isZero()) {
      return claimed;
    }
    if (q.relay().flatMap(RelayInformation::linkSelection).isPresent()) {
      return q.link();
    }
    // RFC 3011 §3: the client's own choice goes before giaddr and before the wire.
    return q.message().options().address(OptionCode.SUBNET_SELECTION).orElse(q.link());
  }
}
