package io.cade.engine.dhcp.policy;

import io.cade.engine.dhcp.wire.Ipv4Address;
import java.util.List;

/**
 * What clients are told besides their address. Empty or zero: nothing is said about it.
 *
 * @param dns name servers (option 6), the preferred first
 * @param ntp time servers (option 42), the preferred first
 * @param domain domain name (option 15)
 * @param mtu of the interface in bytes (option 26), 68 to 65535
 * @param routes static routes (option 121); the default route is added
 */
public record Parameters(
    List<Ipv4Address> dns, List<Ipv4Address> ntp, String domain, int mtu, List<Route> routes) {
  public static final Parameters NONE = new Parameters(List.of(), List.of(), "", 0, List.of());

  public Parameters {
    dns = List.copyOf(dns);
    ntp = List.copyOf(ntp);
    routes = List.copyOf(routes);
    if (mtu != 0 && (mtu < 68 || mtu > 65535)) {
      throw new IllegalArgumentException("an MTU is 68 to 65535 bytes, not " + mtu);
    }
  }

  /** These, and what they do not say from others. */
  public Parameters orElse(Parameters others) {
    return new Parameters(
        dns.isEmpty() ? others.dns : dns,
        ntp.isEmpty() ? others.ntp : ntp,
        domain.isEmpty() ? others.domain : domain,
        mtu == 0 ? others.mtu : mtu,
        routes.isEmpty() ? others.routes : routes);
  }
}
