package io.cade.engine.app;

import io.cade.agent.config.ConfigProblems;
import io.cade.agent.config.Section;
import io.cade.agent.config.StrictYaml;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.engine.acme.AcmeSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of the engine; {@code docs/configuration.md} lists the keys with their defaults.
 *
 * @param stateDirectory holds everything that must survive; one engine at a time
 * @param listenAddress address of all the engine's servers
 * @param internalNetwork first two octets of the cards' addresses: card c.s has {@code net.c.s}
 * @param trapReceiver where notifications go; none when its port is 0
 * @param notifications receivers and thresholds
 * @param reportInterval how often agents report
 * @param bootTime how long a card may take from asking for its address to its introduction
 * @param chassis chassis of server cards in this cabinet
 * @param slots slots of each chassis
 * @param dhcp policy of the DHCP server
 * @param management cards of the management chassis, besides the engine's own
 * @param tftpMaxBlock largest TFTP block in bytes; the way to a card may allow less
 * @param acme the authority that certificates of sites are ordered from; null when there is none
 * @param snmp who may read and set by SNMP
 */
public record EngineConfig(
    Path stateDirectory,
    String name,
    InetAddress listenAddress,
    Ports ports,
    String internalNetwork,
    InetSocketAddress trapReceiver,
    Duration reportInterval,
    Duration bootTime,
    int chassis,
    int slots,
    DhcpSettings dhcp,
    List<ManagementCard> management,
    int tftpMaxBlock,
    @Nullable AcmeSettings acme,
    SnmpSettings snmp,
    NotificationSettings notifications) {

  /**
   * @param admin console and API, TCP
   * @param gateway agents and proxies, TCP
   * @param snmp UDP
   * @param dhcp UDP
   * @param relay UDP port of the hubs' relay agents
   * @param tftp UDP
   * @param bootHttp TCP
   * @param poke UDP port of the agents
   * @param service TCP port of services on their cards
   * @param snmpTls SNMP over TLS, TCP; 0 for none
   */
  public record Ports(
      int admin,
      int gateway,
      int snmp,
      int dhcp,
      int relay,
      int tftp,
      int bootHttp,
      int poke,
      int service,
      int snmpTls) {}

  /** A card that carries visitors' traffic rather than a service. */
  public record ManagementCard(CardPosition position, CardRole role) {}

  /**
   * Reads the file.
   *
   * @throws ConfigProblems with every problem in it
   */
  public static EngineConfig read(Path file) throws ConfigProblems {
    return StrictYaml.read(file, EngineConfig::from);
  }

  private static EngineConfig from(Section s) {
    Section ports = s.section("ports");
    Section cabinet = s.section("cabinet");
    InetAddress listen = s.parsed("listenAddress", loopback(), EngineConfig::address);
    Ports read =
        new Ports(
            port(ports, "admin", 9443),
            port(ports, "gateway", 9444),
            port(ports, "snmp", 161),
            port(ports, "dhcp", 67),
            port(ports, "relay", 67),
            port(ports, "tftp", 69),
            port(ports, "bootHttp", 9080),
            port(ports, "poke", 1070),
            port(ports, "service", 8000),
            port(ports, "snmpTls", 0));
    SnmpSettings snmp = SnmpSettings.from(s.section("snmp"));
    if (!snmp.tlsUsers().isEmpty() && read.snmpTls() == 0) {
      ports.problem("snmpTls", "is needed for snmp.tlsUsers; 10161 is the standard port");
    }
    return new EngineConfig(
        s.path("stateDirectory"),
        s.text("name", "cade"),
        listen,
        read,
        s.parsed("internalNetwork", "127.1", EngineConfig::network),
        s.parsed("trapReceiver", new InetSocketAddress(listen, 162), EngineConfig::endpoint),
        s.duration(
            "reportInterval",
            Duration.ofMillis(200),
            Duration.ofMinutes(10),
            Duration.ofSeconds(5)),
        s.duration("bootTime", Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofMinutes(5)),
        cabinet.integer("chassis", 1, CardPosition.MAX_CHASSIS, 2),
        cabinet.integer("slots", 1, CardPosition.MAX_SLOT, CardPosition.MAX_SLOT),
        DhcpSettings.from(s.section("dhcp"), listen, read.bootHttp()),
        s.entries("management", EngineConfig::managementCard),
        s.section("tftp").integer("maxBlock", 512, 65_464, 65_464),
        AcmeSettings.from(s, "acme"),
        snmp,
        NotificationSettings.from(s));
  }

  /** Internal address of a card. */
  public String addressOf(CardPosition position) {
    return internalNetwork + "." + position.chassis() + "." + position.slot();
  }

  private static int port(Section ports, String key, int otherwise) {
    return ports.integer(key, 1, 65535, otherwise);
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }

  /**
   * The address at which cards and proxies are told to find the engine: where it listens, and when
   * it listens everywhere, where machines fetch their boot files.
   */
  String toldAddress() {
    return listenAddress.isAnyLocalAddress()
        ? dhcp.bootAddress().toString()
        : listenAddress.getHostAddress();
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' is not an IP address", e);
    }
  }

  private static String network(String text) {
    String[] octets = text.split("\\.", -1);
    boolean good = octets.length == 2;
    for (String o : octets) {
      good &= o.matches("\\d{1,3}") && Integer.parseInt(o) < 256;
    }
    if (!good) {
      throw new IllegalArgumentException("'" + text + "': two octets, like 127.1, are meant");
    }
    return text;
  }

  private static InetSocketAddress endpoint(String text) {
    int colon = text.lastIndexOf(':');
    try {
      if (colon < 1) {
        throw new IllegalArgumentException("no port");
      }
      int port = Integer.parseInt(text.substring(colon + 1));
      return new InetSocketAddress(InetAddress.getByName(text.substring(0, colon)), port);
    } catch (IllegalArgumentException | UnknownHostException e) {
      throw new IllegalArgumentException(
          "'" + text + "': address:port, like 127.0.0.1:1162, is meant", e);
    }
  }

  private static ManagementCard managementCard(String position, String role) {
    CardPosition at = CardPosition.parse(position);
    if (!at.isManagement()) {
      throw new IllegalArgumentException("not in the management chassis, which is 0");
    }
    return switch (role) {
      case "proxy" -> new ManagementCard(at, CardRole.PROXY);
      case "balancer" -> new ManagementCard(at, CardRole.BALANCER);
      default ->
          throw new IllegalArgumentException(
              "'" + role.toLowerCase(Locale.ROOT) + "' is neither proxy nor balancer");
    };
  }
}
