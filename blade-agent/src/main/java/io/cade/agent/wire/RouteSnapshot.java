package io.cade.agent.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All routes of the module at one moment. A proxy swaps whole snapshots, never parts (SPEC P6).
 *
 * @param version position in the engine's change log; a proxy never goes back to a lower one
 * @param sites at most 5,000 (DESIGN §6)
 * @param protection whom the sites are protected from, at most one entry for each site and one for
 *     all; absent in snapshots of earlier versions
 */
public record RouteSnapshot(long version, List<SiteRoute> sites, List<SiteProtection> protection) {
  public RouteSnapshot(
      long version, List<SiteRoute> sites, @Nullable List<SiteProtection> protection) {
    this.version = version;
    this.sites = Limits.list("sites", sites, 5_000);
    this.protection = protection == null ? List.of() : Limits.list("protection", protection, 5_001);
  }

  /** Sites without any protection. */
  public RouteSnapshot(long version, List<SiteRoute> sites) {
    this(version, sites, List.of());
  }

  /** What a proxy knows before its first contact with the engine. */
  public static RouteSnapshot empty() {
    return new RouteSnapshot(0, List.of());
  }

  /**
   * One service's way through the proxies.
   *
   * @param hosts host names in lower case, without port; at most 64
   * @param backends cards that run the service now; may be empty (visitors get 503)
   * @param certificateChainPem certificate of the site, PEM; empty when it has none
   * @param privateKeyPem PKCS #8 key to it, PEM; travels only over the authenticated channel
   */
  public record SiteRoute(
      String service,
      List<String> hosts,
      List<Backend> backends,
      String certificateChainPem,
      String privateKeyPem) {
    public SiteRoute {
      Limits.text("service", service, 63);
      hosts = Limits.list("hosts", hosts, 64);
      backends = Limits.list("backends", backends, 280);
      Limits.text("certificateChainPem", certificateChainPem, 65536);
      Limits.text("privateKeyPem", privateKeyPem, 16384);
    }

    /** Without the private key, so that the record may be logged. */
    @Override
    public String toString() {
      return "SiteRoute[" + service + ", " + hosts + ", " + backends + "]";
    }
  }

  /**
   * @param address internal address, never shown to visitors
   * @param port where it speaks HTTP
   * @param further ports of the other protocols that it speaks, by their name in {@link
   *     ServicePorts}; at most 8, names that a proxy does not know mean nothing to it. Absent in
   *     snapshots of earlier versions
   */
  public record Backend(
      CardPosition position, String address, int port, Map<String, Integer> further) {
    public Backend(
        CardPosition position, String address, int port, @Nullable Map<String, Integer> further) {
      Limits.text("address", address, 64);
      Limits.range("port", port, 1, 65535);
      this.position = position;
      this.address = address;
      this.port = port;
      this.further = further == null ? Map.of() : Map.copyOf(further);
      Limits.range("number of further ports", this.further.size(), 0, 8);
      this.further.forEach((protocol, other) -> {
        Limits.text("protocol", protocol, 16);
        Limits.range("port for " + protocol, other, 1, 65535);
      });
    }

    /** A card that speaks HTTP only. */
    public Backend(CardPosition position, String address, int port) {
      this(position, address, port, Map.of());
    }
  }
}
