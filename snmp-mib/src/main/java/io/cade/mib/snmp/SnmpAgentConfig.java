package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of the SNMP agent.
 *
 * @param bind UDP address to listen on; port 0 chooses a free one
 * @param v1 whether SNMPv1 is answered, by the communities
 * @param v2c whether SNMPv2c is answered, by the communities
 * @param communities who may read with SNMPv1 and SNMPv2c; at most {@value #MAX_COMMUNITIES}
 * @param users users of SNMPv3, each name once; at most {@value #MAX_USERS}
 * @param stateFolder folder for the file {@code snmp-engine} (engine id and boots, RFC 3414); it
 *     must exist
 * @param system texts of the system group
 * @param tls SNMPv3 over TLS; null for none
 */
public record SnmpAgentConfig(
    InetSocketAddress bind,
    boolean v1,
    boolean v2c,
    List<SnmpCommunity> communities,
    List<SnmpUser> users,
    Path stateFolder,
    SystemTexts system,
    @Nullable SnmpTls tls) {
  public static final int MAX_COMMUNITIES = 32;
  public static final int MAX_USERS = 64;

  public SnmpAgentConfig {
    communities = List.copyOf(communities);
    users = List.copyOf(users);
    if (communities.size() > MAX_COMMUNITIES || users.size() > MAX_USERS) {
      throw new IllegalArgumentException(
          "at most " + MAX_COMMUNITIES + " SNMP communities and " + MAX_USERS + " users");
    }
    if (users.stream().map(SnmpUser::name).distinct().count() < users.size()) {
      throw new IllegalArgumentException("two SNMPv3 users have the same name");
    }
  }

  /** Over UDP alone. */
  public SnmpAgentConfig(
      InetSocketAddress bind,
      boolean v1,
      boolean v2c,
      List<SnmpCommunity> communities,
      List<SnmpUser> users,
      Path stateFolder,
      SystemTexts system) {
    this(bind, v1, v2c, communities, users, stateFolder, system, null);
  }

  /** One community that reads everything with SNMPv2c (none if it is empty) and one user. */
  public SnmpAgentConfig(
      InetSocketAddress bind,
      String community,
      SnmpUser user,
      Path stateFolder,
      SystemTexts system) {
    this(
        bind,
        false,
        true,
        community.isEmpty()
            ? List.of()
            : List.of(new SnmpCommunity(community, ManagerRole.OPERATOR, List.of())),
        List.of(user),
        stateFolder,
        system);
  }

  /**
   * Texts of the system group (RFC 3418), each at most 255 octets.
   *
   * @param description sysDescr
   * @param contact sysContact
   * @param name sysName
   * @param location sysLocation
   */
  public record SystemTexts(String description, String contact, String name, String location) {}
}
