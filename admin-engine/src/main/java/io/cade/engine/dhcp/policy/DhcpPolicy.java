package io.cade.engine.dhcp.policy;

import io.cade.engine.dhcp.wire.Ipv4Address;
import java.util.List;
import java.util.Optional;

/**
 * What the server does for whom.
 *
 * @param proxy only tell where to boot from, next to another DHCP server that gives the addresses
 *     (PXE 2.1 §2.2.3)
 * @param rapidCommit a card that asks for it gets its lease in two messages (RFC 4039)
 * @param bootp known cards are answered plain BOOTP (RFC 951, 1534)
 * @param subnets at most {@value #MAX_SUBNETS}, none within another
 * @param parameters for all clients, unless their subnet says otherwise
 */
public record DhcpPolicy(
    boolean proxy,
    boolean rapidCommit,
    boolean bootp,
    Identification identification,
    Strangers strangers,
    List<Subnet> subnets,
    Parameters parameters,
    BootPolicy boot) {
  public static final int MAX_SUBNETS = 256;

  /** Cards get leases, also rapidly and by BOOTP; others get nothing. */
  public static final DhcpPolicy USUAL =
      new DhcpPolicy(
          false,
          true,
          true,
          Identification.NONE,
          Strangers.IGNORED,
          List.of(),
          Parameters.NONE,
          BootPolicy.USUAL);

  public DhcpPolicy {
    subnets = List.copyOf(subnets);
    if (subnets.size() > MAX_SUBNETS) {
      throw new IllegalArgumentException("at most " + MAX_SUBNETS + " subnets");
    }
    for (int i = 0; i < subnets.size(); i++) {
      for (int k = 0; k < i; k++) {
        Network a = subnets.get(i).network();
        Network b = subnets.get(k).network();
        if (a.contains(b.base()) || b.contains(a.base())) {
          throw new IllegalArgumentException("the subnets " + b + " and " + a + " overlap");
        }
      }
    }
  }

  /** The subnet that an address is in. */
  public Optional<Subnet> subnetOf(Ipv4Address address) {
    for (Subnet subnet : subnets) {
      if (subnet.network().contains(address)) {
        return Optional.of(subnet);
      }
    }
    return Optional.empty();
  }
}
