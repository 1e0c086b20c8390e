package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.policy.Subnet;
import io.cade.engine.dhcp.wire.Ipv4Address;

/** Who an address is for: it decides what the client is told beside it. */
public sealed interface Binding {
  Ipv4Address address();

  /** A slot's own address. */
  record Slot(CardPosition position, Ipv4Address address) implements Binding {}

  /** An address of a pool, or, for DHCPINFORM, any of that subnet. */
  record Pooled(Subnet subnet, Ipv4Address address) implements Binding {}
}
