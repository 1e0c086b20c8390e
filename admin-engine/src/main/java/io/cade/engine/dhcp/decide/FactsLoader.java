package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.wire.CircuitId;
import io.cade.engine.dhcp.wire.DhcpMessage;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.dhcp.wire.OptionCode;
import io.cade.engine.dhcp.wire.RelayInformation;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds out which slot a message came from, and what is known about it. A card is believed its MAC
 * address only; its position is what its hub says (option 82), what its leased address says, or,
 * for a card on the server's own wire, where its MAC address was last seen.
 */
final class FactsLoader {
  private final AddressPlan plan;

  FactsLoader(AddressPlan plan) {
    this.plan = plan;
  }

  /** Facts, or why the message does not concern this server. */
  sealed interface Loaded {
    record Known(Facts facts) implements Loaded {}

    record Unknown(Outcome why) implements Loaded {}
  }

  private sealed interface Where {
    record Slot(CardPosition position) implements Where {}

    record Nowhere(Outcome why) implements Where {}
  }

  Loaded load(
      DhcpMessage message, InetSocketAddress source, boolean retransmission, Cabinet cabinet) {
    if (!message.request()) {
      return new Loaded.Unknown(Outcome.IGNORED_NOT_A_REQUEST);
    }
    Optional<MessageType> type = message.type();
    if (type.isEmpty()) {
      return new Loaded.Unknown(Outcome.IGNORED_TYPE);
    }
    Optional<MacAddress> mac = message.mac();
    if (mac.isEmpty()) {
      return new Loaded.Unknown(Outcome.IGNORED_NO_ETHERNET_ADDRESS);
    }
    Where where =
        message.relayAddress().isZero()
            ? direct(message, source, mac.get(), cabinet)
            : relayed(message);
    return switch (where) {
      case Where.Nowhere n -> new Loaded.Unknown(n.why());
      case Where.Slot s -> {
        Optional<Card> elsewhere = elsewhere(mac.get(), s.position(), cabinet);
        yield new Loaded.Known(
            new Facts(
                message,
                type.get(),
                mac.get(),
                s.position(),
                plan.addressOf(s.position()),
                cabinet.card(s.position()),
                cabinet.lease(s.position()),
                elsewhere,
                retransmission,
                cabinet.alarms().containsKey(Alarms.duplicate(mac.get())),
                isMoved(s.position(), cabinet),
                elsewhere.filter(c -> isMoved(c.position(), cabinet)).isPresent()));
      }
    };
  }

  private static boolean isMoved(CardPosition to, Cabinet cabinet) {
    return cabinet.alarms().containsKey(Alarms.moved(to));
  }

  private Where relayed(DhcpMessage message) {
    OptionalInt chassis = plan.chassisOfHub(message.relayAddress());
    if (chassis.isEmpty()) {
      return new Where.Nowhere(Outcome.IGNORED_UNKNOWN_RELAY);
    }
    Optional<CardPosition> position =
        message
            .options()
            .get(OptionCode.RELAY_INFORMATION)
            .flatMap(RelayInformation::parse)
            .flatMap(RelayInformation::circuitId)
            .flatMap(CircuitId::parse);
    if (position.isEmpty()) {
      return new Where.Nowhere(Outcome.IGNORED_NO_POSITION);
    }
    return position.get().chassis() == chassis.getAsInt()
        ? new Where.Slot(position.get())
        : new Where.Nowhere(Outcome.IGNORED_OTHER_CHASSIS);
  }

  private Where direct(
      DhcpMessage message, InetSocketAddress source, MacAddress mac, Cabinet cabinet) {
    if (message.options().get(OptionCode.RELAY_INFORMATION).isPresent()) {
      return new Where.Nowhere(Outcome.IGNORED_RELAY_INFORMATION_WITHOUT_RELAY);
    }
    Ipv4Address claimed = message.clientAddress();
    if (!claimed.isZero()) {
      // An address proves a position only as far as answers to it arrive there.
      return Ipv4Address.of(source.getAddress()).filter(claimed::equals).isEmpty()
          ? new Where.Nowhere(Outcome.IGNORED_FOREIGN_ADDRESS)
          : plan.positionOf(claimed)
              .<Where>map(Where.Slot::new)
              .orElse(new Where.Nowhere(Outcome.IGNORED_FOREIGN_ADDRESS));
    }
    List<CardPosition> seats =
        cabinet.cards().values().stream()
            .filter(c -> mac.equals(c.mac()) && !c.position().isManagement())
            .map(Card::position)
            .toList();
    return seats.size() == 1
        ? new Where.Slot(seats.getFirst())
        : new Where.Nowhere(Outcome.IGNORED_NO_POSITION);
  }

  private static Optional<Card> elsewhere(MacAddress mac, CardPosition here, Cabinet cabinet) {
    return cabinet.cards().values().stream()
        .filter(c -> mac.equals(c.mac()) && !c.position().equals(here))
        .max(Comparator.comparingInt(FactsLoader::presence));
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
}
