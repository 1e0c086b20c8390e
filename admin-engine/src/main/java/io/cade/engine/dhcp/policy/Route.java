package io.cade.engine.dhcp.policy;

import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.Octets;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** A static route for clients (RFC 3442). */
public record Route(Network to, Ipv4Address via) {
  private static final Network EVERYWHERE = new Network(Ipv4Address.ZERO, 0);

  /**
   * Reads {@code 10.9.0.0/16 via 10.0.0.1}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Route parse(String text) {
    String[] words = text.strip().split(" +");
    if (words.length != 3 || !words[1].equals("via")) {
      throw new IllegalArgumentException(
          "not a route: '" + text + "' (like 10.9.0.0/16 via 10.0.0.1 is meant)");
    }
    return new Route(Network.parse(words[0]), Ipv4Address.parse(words[2]));
  }

  /** The way to everywhere else. */
  public static Route byDefault(Ipv4Address router) {
    return new Route(EVERYWHERE, router);
  }

  /**
   * Option 121: for each route the prefix length, as many octets of the network as it needs, and
   * the router.
   */
  public static Octets encode(List<Route> routes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Route route : routes) {
      out.write(route.to.prefix());
      out.write(route.to.base().octets().toBytes(), 0, (route.to.prefix() + 7) / 8);
      out.writeBytes(route.via.octets().toBytes());
    }
    return Octets.of(out.toByteArray());
  }
}
