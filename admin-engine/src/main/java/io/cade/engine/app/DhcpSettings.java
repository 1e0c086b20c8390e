package io.cade.engine.app;

import io.cade.agent.config.Section;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.policy.AddressRange;
import io.cade.engine.dhcp.policy.Architecture;
import io.cade.engine.dhcp.policy.BootPolicy;
import io.cade.engine.dhcp.policy.DhcpPolicy;
import io.cade.engine.dhcp.policy.Identification;
import io.cade.engine.dhcp.policy.Network;
import io.cade.engine.dhcp.policy.Parameters;
import io.cade.engine.dhcp.policy.Route;
import io.cade.engine.dhcp.policy.Strangers;
import io.cade.engine.dhcp.policy.Subnet;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.dhcp.wire.Octets;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The section {@code dhcp} of the configuration; {@code docs/configuration.md} lists the keys.
 *
 * @param interfaces Ethernet interfaces and VLAN sub-interfaces on which clients are served that
 *     have no address yet
 * @param leaseTime of a card's lease
 * @param bootServerPort UDP port of PXE boot servers, 0 for none
 * @param bootAddress from which machines fetch their boot files
 * @param policy what is done for whom
 */
public record DhcpSettings(
    List<String> interfaces,
    Duration leaseTime,
    int bootServerPort,
    Ipv4Address bootAddress,
    DhcpPolicy policy) {
  private static final int MAX_INTERFACES = 64;
  private static final int MAX_SERVERS = 8;
  private static final int MAX_ROUTES = 32;

  /**
   * @param listen address of the engine's servers
   * @param bootHttp port of the boot files over HTTP
   */
  static DhcpSettings from(Section s, InetAddress listen, int bootHttp) {
    List<String> interfaces = s.list("interfaces", MAX_INTERFACES, DhcpSettings::interfaceName);
    boolean proxy =
        s.parsed(
            "mode",
            false,
            text ->
                switch (text) {
                  case "server" -> false;
                  case "proxy" -> true;
                  default ->
                      throw new IllegalArgumentException(
                          "'" + text + "' is neither server nor proxy");
                });
    Duration leaseTime =
        s.duration("leaseTime", Duration.ofMinutes(1), Duration.ofDays(30), Duration.ofHours(1));
    boolean rapidCommit = s.flag("rapidCommit", DhcpPolicy.USUAL.rapidCommit());
    boolean bootp = s.flag("bootp", DhcpPolicy.USUAL.bootp());
    int bootServerPort = s.integer("bootServerPort", 0, 65535, proxy ? 4011 : 0);
    Strangers strangers =
        new Strangers(
            s.parsed("unknown", Strangers.IGNORED.treatment(), DhcpSettings::treatment),
            s.duration(
                "poolLeaseTime",
                Duration.ofSeconds(30),
                Duration.ofDays(1),
                Strangers.IGNORED.leaseTime()),
            s.duration(
                "lockTime",
                Duration.ofMinutes(1),
                Duration.ofDays(30),
                Strangers.IGNORED.lockTime()));
    Identification identification = identification(s);
    Parameters parameters = parameters(s.section("options"));
    List<Subnet> subnets = s.sections("subnets", DhcpPolicy.MAX_SUBNETS, DhcpSettings::subnet);
    Section booting = s.section("boot");
    Ipv4Address bootAddress =
        booting.parsed(
            "server", Ipv4Address.of(listen).orElse(Ipv4Address.ZERO), Ipv4Address::parse);
    if (bootAddress.isZero()) {
      booting.problem(
          "server",
          "which address machines fetch boot files from, as listenAddress is no single one");
    }
    BootPolicy boot = boot(booting, "http://" + bootAddress + ":" + bootHttp + "/");
    if (strangers.treatment() != Strangers.Treatment.IGNORE
        && !proxy
        && subnets.stream().allMatch(n -> n.pool().isEmpty())) {
      s.problem("unknown", "no subnet has a pool for machines that are not known");
    }
    try {
      return new DhcpSettings(
          interfaces,
          leaseTime,
          bootServerPort,
          bootAddress,
          new DhcpPolicy(
              proxy, rapidCommit, bootp, identification, strangers, subnets, parameters, boot));
    } catch (IllegalArgumentException e) {
      s.problem("subnets", String.valueOf(e.getMessage()));
      return new DhcpSettings(interfaces, leaseTime, bootServerPort, bootAddress, DhcpPolicy.USUAL);
    }
  }

  /** As Linux has it: at most 15 characters, none of them a blank or a slash. */
  private static String interfaceName(String text) {
    if (!text.matches("[!-.0-~]{1,15}")) {
      throw new IllegalArgumentException("the name of an interface, like eth1.20, is meant");
    }
    return text;
  }

  private static Strangers.Treatment treatment(String text) {
    return Arrays.stream(Strangers.Treatment.values())
        .filter(t -> t.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'" + text + "' is none of ignore, quarantine and discovery"));
  }

  private static Identification identification(Section s) {
    Map<CardPosition, MacAddress> slots = new HashMap<>();
    s.entries("inventory", (slot, mac) -> slots.put(CardPosition.parse(slot), new MacAddress(mac)));
    Map<Octets, Integer> remoteIds = new HashMap<>();
    s.entries(
        "remoteIds",
        (id, chassis) -> {
          if (!chassis.matches("[0-9]{1,2}")
              || Integer.parseInt(chassis) < 1
              || Integer.parseInt(chassis) > CardPosition.MAX_CHASSIS) {
            throw new IllegalArgumentException(
                "'" + chassis + "' is no chassis, 1 to " + CardPosition.MAX_CHASSIS);
          }
          return remoteIds.put(Identification.remoteId(id), Integer.valueOf(chassis));
        });
    try {
      return new Identification(Identification.inventory(slots), remoteIds);
    } catch (IllegalArgumentException e) {
      s.problem("inventory", String.valueOf(e.getMessage()));
      return Identification.NONE;
    }
  }

  private static Parameters parameters(Section s) {
    return new Parameters(
        s.list("dns", MAX_SERVERS, Ipv4Address::parse),
        s.list("ntp", MAX_SERVERS, Ipv4Address::parse),
        s.text("domain", ""),
        s.integer("mtu", 68, 65535, 0),
        s.list("routes", MAX_ROUTES, Route::parse));
  }

  private static Subnet subnet(String network, Section s) {
    return new Subnet(
        Network.parse(network),
        s.parsed("router", Optional.<Ipv4Address>empty(), t -> Optional.of(Ipv4Address.parse(t))),
        s.parsed("pool", Optional.<AddressRange>empty(), t -> Optional.of(AddressRange.parse(t))),
        parameters(s.section("options")));
  }

  private static BootPolicy boot(Section s, String httpBase) {
    Map<Architecture, String> loaders = new HashMap<>(Architecture.usualLoaders());
    s.entries(
        "loaders",
        (word, file) -> {
          Architecture architecture = Architecture.of(word);
          if (file.isEmpty()) {
            loaders.remove(architecture);
          } else {
            loaders.put(architecture, file);
          }
          return architecture;
        });
    try {
      return new BootPolicy(
          httpBase,
          loaders,
          s.text("script", "boot.ipxe"),
          s.text("discoveryScript", "discovery.ipxe"));
    } catch (IllegalArgumentException e) {
      s.problem("loaders", String.valueOf(e.getMessage()));
      return BootPolicy.USUAL;
    }
  }
}
