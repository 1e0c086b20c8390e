package io.cade.sim.os;

import io.cade.agent.wire.DeviceItem.UnitItem;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The packages that simulated cards can have, and the units that come with them. Immutable. */
final class PackageShelf {
  /** Versions, the newest last. */
  private static final Map<String, List<String>> VERSIONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("base-files", List.of("12.4+deb12u11")),
              Map.entry("chrony", List.of("4.3-2+deb12u1", "4.5-3")),
              Map.entry("cron", List.of("3.0pl1-162")),
              Map.entry("curl", List.of("7.88.1-10+deb12u12", "8.5.0-2")),
              Map.entry("dovecot-pop3d", List.of("1:2.3.19.1+dfsg1-2.1")),
              Map.entry("nginx", List.of("1.22.1-9", "1.24.0-2", "1.26.3-3")),
              Map.entry("openssh-server", List.of("1:9.2p1-2+deb12u7")),
              Map.entry("openssl", List.of("3.0.15-1~deb12u1", "3.0.17-1~deb12u3")),
              Map.entry("rsyslog", List.of("8.2302.0-1")),
              Map.entry("systemd", List.of("252.38-1~deb12u1")),
              Map.entry("tcpdump", List.of("4.99.3-1", "4.99.4-3")),
              Map.entry("vsftpd", List.of("3.0.3-13+b2"))));

  private static final Map<String, List<String>> UNITS =
      Map.of(
          "chrony", List.of("chrony"),
          "cron", List.of("cron"),
          "dovecot-pop3d", List.of("dovecot"),
          "nginx", List.of("nginx"),
          "openssh-server", List.of("ssh"),
          "rsyslog", List.of("rsyslog"),
          "vsftpd", List.of("vsftpd"));

  private PackageShelf() {}

  /** What a new card has. */
  static Map<String, String> installedAtFirst() {
    Map<String, String> installed = new TreeMap<>();
    for (String name : List.of("base-files", "cron", "openssh-server", "openssl", "systemd")) {
      installed.put(name, VERSIONS.getOrDefault(name, List.of("1")).getFirst());
    }
    return installed;
  }

  /**
   * The version to be installed.
   *
   * @param wanted empty for the newest
   * @throws IOException when it is not to be had
   */
  static String version(String name, String wanted) throws IOException {
    List<String> versions = VERSIONS.get(name);
    if (versions == null) {
      throw new IOException(
          "there is no package '" + name + "'; there are " + String.join(", ", VERSIONS.keySet()));
    }
    if (wanted.isEmpty()) {
      return versions.getLast();
    }
    if (!versions.contains(wanted)) {
      throw new IOException(
          "there is no version "
              + wanted
              + " of "
              + name
              + "; there are "
              + String.join(", ", versions));
    }
    return wanted;
  }

  /** The units of a package as they are after its installation. */
  static List<UnitItem> units(String name) {
    return UNITS.getOrDefault(name, List.of()).stream()
        .map(unit -> new UnitItem(unit, true, true))
        .toList();
  }
}
