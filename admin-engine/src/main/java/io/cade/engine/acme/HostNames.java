package io.cade.engine.acme;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which host names an authority can validate by asking them over HTTP (http-01). Pure. */
final class HostNames {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

  /** RFC 6761, 6762, 7686, 8375, 9476, and ICANN's name for private use. */
  private static final List<String> SPECIAL =
      List.of(
          "localhost",
          "local",
          "test",
          "example",
          "invalid",
          "onion",
          "alt",
          "internal",
          "home.arpa");

  private HostNames() {}

  /**
   * Why there can be no certificate for these names; empty when there can.
   *
   * @param privateAuthority the authority is a private network's own, and may know its names
   */
  static Optional<String> objection(Collection<String> hosts, boolean privateAuthority) {
    for (String host : hosts) {
      if (host.contains("*")) {
        return Optional.of(
            host + " is a wildcard: the authority validates single names; upload a certificate");
      }
      if (ADDRESS.matcher(host).matches()) {
        return Optional.of(host + " is an address: the authority validates host names");
      }
      if (host.indexOf('.') < 0) {
        return Optional.of(
            host + " is no full host name, the authority cannot find it; upload a certificate");
      }
      for (String special : SPECIAL) {
        if (!privateAuthority && host.endsWith("." + special)) {
          return Optional.of(
              host
                  + " is no public name (."
                  + special
                  + "), a public authority cannot find it; upload a certificate, or configure an"
                  + " authority of your own with acme.caFile");
        }
      }
    }
    return Optional.empty();
  }
}
