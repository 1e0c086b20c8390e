package io.cade.mib.snmp;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * Configuration of the SNMP agent.
 *
 * @param bind UDP address to listen on; port 0 chooses a free one
 * @param community the SNMPv2c community that may read; empty switches SNMPv2c off
 * @param user the SNMPv3 user that may read
 * @param stateFolder folder for the file {@code snmp-engine} (engine id and boots, RFC 3414); it
 *     must exist
 * @param system texts of the system group
 */
public record SnmpAgentConfig(
    InetSocketAddress bind, String community, SnmpUser user, Path stateFolder, SystemTexts system) {

  /**
   * Texts of the system group (RFC 3418), each at most 255 octets.
   *
   * @param description sysDescr
   * @param contact sysContact
   * @param name sysName
   * @param location sysLocation
   */
  public record SystemTexts(String description, String contact, String name, String location) {}

  /** Without the community. */
  @Override
  public String toString() {
    return "SnmpAgentConfig[bind=" + bind + ", user=" + user + ", stateFolder=" + stateFolder + "]";
  }
}
