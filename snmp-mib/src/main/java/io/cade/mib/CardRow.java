package io.cade.mib;

import java.net.InetAddress;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A row of cadeCardTable. Texts are empty where nothing is known and are cut at 255 octets of
 * UTF-8.
 *
 * @param chassis number of the chassis, 1 to 65,535: first part of the index
 * @param slot number of the slot, 1 to 65,535: second part of the index
 * @param state state of the card
 * @param mac MAC address as {@code 02:00:00:00:00:01}, empty if unknown
 * @param internalAddress address on the internal network, null if none; shown to operators only
 * @param serialNumber serial number
 * @param model model
 * @param softwareVersion version of the software it runs
 * @param serviceName name of its service, empty for a spare
 * @param lastReport when it reported last, null if never
 */
public record CardRow(
    int chassis,
    int slot,
    CardState state,
    String mac,
    @Nullable InetAddress internalAddress,
    String serialNumber,
    String model,
    String softwareVersion,
    String serviceName,
    @Nullable Instant lastReport) {
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  public CardRow {
    Checks.range("chassis", chassis, 1, Checks.MAX_POSITION);
    Checks.range("slot", slot, 1, Checks.MAX_POSITION);
    if (!mac.isEmpty() && COLONS.parseHex(mac).length != 6) {
      throw new IllegalArgumentException(
          "mac is '" + mac + "', not six octets as 02:00:00:00:00:01");
    }
  }

  /** The six octets of the MAC address, all zero if unknown. */
  public byte[] macOctets() {
    return mac.isEmpty() ? new byte[6] : COLONS.parseHex(mac);
  }
}
