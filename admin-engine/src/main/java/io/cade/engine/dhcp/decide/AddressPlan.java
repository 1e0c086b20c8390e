package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which internal address belongs to which slot. Pure: the same answer always, so that an address is
 * never held by two slots. Implementations are immutable.
 */
public interface AddressPlan {
  /** The address of the card in a slot. */
  Ipv4Address addressOf(CardPosition position);

  /** The slot that an address belongs to. */
  Optional<CardPosition> positionOf(Ipv4Address address);

  /** The chassis whose hub relays with this address (giaddr). */
  OptionalInt chassisOfHub(Ipv4Address relay);

  /** The network mask of a card. */
  Ipv4Address subnetMask();

  /** The default router of a card. */
  Ipv4Address routerOf(CardPosition position);

  /** The host name of a card: {@code card-1-3}. */
  default String hostNameOf(CardPosition position) {
    return "card-" + position.chassis() + "-" + position.slot();
  }
}
