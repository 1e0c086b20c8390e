package io.cade.proxy.app;

import io.cade.proxy.vrrp.VrrpSettings;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code virtualAddress} of a balancer's configuration.
 *
 * @param networkInterface on which the address moves; null on loopback
 * @param loopback where advertisements are received on loopback, null elsewhere
 * @param peers where the other balancers receive theirs, on loopback
 */
public record VirtualAddressConfig(
    VrrpSettings settings,
    @Nullable String networkInterface,
    @Nullable InetSocketAddress loopback,
    Set<InetSocketAddress> peers) {
  public VirtualAddressConfig {
    peers = Set.copyOf(peers);
  }
}
