package io.cade.engine.dhcp.policy;

import io.cade.engine.dhcp.wire.Ipv4Address;
import java.util.Optional;

/**
 * A network in which machines may ask that have no slot of their own.
 *
 * @param network which addresses are in it; a relay agent (giaddr), a link selection (RFC 3527) or
 *     the address of a {@link io.cade.engine.dhcp.Wire} within it means it
 * @param router of its clients (option 3)
 * @param pool addresses for machines that are not known, if there are any
 * @param parameters for all its clients, cards included
 */
public record Subnet(
    Network network,
    Optional<Ipv4Address> router,
    Optional<AddressRange> pool,
    Parameters parameters) {
  public Subnet {
    pool.ifPresent(p -> {
      if (!network.contains(p.first()) || !network.contains(p.last())) {
        throw new IllegalArgumentException("the pool " + p + " is not within " + network);
      }
      router
          .filter(p::contains)
          .ifPresent(r -> {
            throw new IllegalArgumentException("the router " + r + " is within the pool " + p);
          });
    });
  }

  /** Whether an address may be given from its pool. */
  public boolean pools(Ipv4Address address) {
    return pool.isPresent()
        && pool.get().contains(address)
        // Not the network's own two, should the pool be the whole of it (RFC 1122 §3.2.1.3).
        && (network.prefix() > 30
            || (!address.equals(network.base()) && !address.equals(network.broadcast())));
  }
}
