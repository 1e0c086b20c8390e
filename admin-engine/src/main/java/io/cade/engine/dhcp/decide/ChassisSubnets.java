package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.wire.Ipv4Address;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One /24 for each chassis: the card in chassis c, slot s has {@code base.c.s}, the chassis' hub
 * {@code base.c.254}. With base 127.1.0.0 this is the plan of the demonstration (DESIGN §5).
 *
 * @param base a /16: its last two octets are 0
 * @param chassis how many chassis there are, 1 to {@link CardPosition#MAX_CHASSIS}
 */
public record ChassisSubnets(Ipv4Address base, int chassis) implements AddressPlan {
  private static final int HUB = 254;

  public ChassisSubnets {
    if ((base.bits() & 0xffff) != 0) {
      throw new IllegalArgumentException("base " + base + " must end in .0.0 (a /16)");
    }
    if (chassis < 1 || chassis > CardPosition.MAX_CHASSIS) {
      throw new IllegalArgumentException(
          "1 to " + CardPosition.MAX_CHASSIS + " chassis, not " + chassis);
    }
  }

  @Override
  public Ipv4Address addressOf(CardPosition position) {
    return host(position.chassis(), position.slot());
  }

  @Override
  public Optional<CardPosition> positionOf(Ipv4Address address) {
    int c = chassisOf(address);
    int slot = address.bits() & 0xff;
    return c >= 1 && c <= chassis && slot >= 1 && slot <= CardPosition.MAX_SLOT
        ? Optional.of(new CardPosition(c, slot))
        : Optional.empty();
  }

  @Override
  public OptionalInt chassisOfHub(Ipv4Address relay) {
    int c = chassisOf(relay);
    return c >= 1 && c <= chassis && (relay.bits() & 0xff) == HUB
        ? OptionalInt.of(c)
        : OptionalInt.empty();
  }

  @Override
  public Ipv4Address subnetMask() {
    return Ipv4Address.of(255, 255, 255, 0);
  }

  @Override
  public Ipv4Address routerOf(CardPosition position) {
    return host(position.chassis(), HUB);
  }

  private int chassisOf(Ipv4Address address) {
    boolean inside = (address.bits() & 0xffff_0000) == base.bits();
    return inside ? address.bits() >> 8 & 0xff : -1;
  }

  private Ipv4Address host(int c, int last) {
    return new Ipv4Address(base.bits() | c << 8 | last);
  }
}
