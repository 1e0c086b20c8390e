package io.cade.engine.dhcp.policy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.dhcp.wire.Octets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How positions are told besides the circuit ids of this module's own hubs.
 *
 * @param inventory MAC addresses that the management bus or the operator has found in slots; they
 *     go before what was seen last
 * @param remoteIds chassis of relay agents by their remote id (option 82, sub-option 2); the
 *     circuit id then names the slot
 */
public record Identification(
    Map<MacAddress, CardPosition> inventory, Map<Octets, Integer> remoteIds) {
  public static final Identification NONE = new Identification(Map.of(), Map.of());

  public Identification {
    inventory = Map.copyOf(inventory);
    remoteIds = Map.copyOf(remoteIds);
  }

  /**
   * From the other side: which MAC address a slot has.
   *
   * @throws IllegalArgumentException when two slots have one
   */
  public static Map<MacAddress, CardPosition> inventory(Map<CardPosition, MacAddress> slots) {
    Map<MacAddress, CardPosition> inventory = new HashMap<>();
    slots.forEach((position, mac) -> {
      CardPosition other = inventory.put(mac, position);
      if (other != null) {
        throw new IllegalArgumentException(
            mac + " is listed for slot " + other + " and for slot " + position);
      }
    });
    return inventory;
  }

  /** A remote id as the operator writes it: text, or {@code 0x} and hexadecimal digits. */
  public static Octets remoteId(String text) {
    return text.startsWith("0x")
        ? Octets.of(HexFormat.of().parseHex(text.substring(2)))
        : Octets.ofText(text);
  }

  public Optional<CardPosition> slotOf(MacAddress mac) {
    return Optional.ofNullable(inventory.get(mac));
  }

  /** The chassis behind a relay agent. */
  public OptionalInt chassisOf(Octets remoteId) {
    Integer chassis = remoteIds.get(remoteId);
    return chassis == null ? OptionalInt.empty() : OptionalInt.of(chassis);
  }
}
