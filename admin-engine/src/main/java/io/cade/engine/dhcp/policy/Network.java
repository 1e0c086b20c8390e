package io.cade.engine.dhcp.policy;

import io.cade.engine.dhcp.wire.Ipv4Address;

/**
 * An IPv4 network.
 *
 * @param base its lowest address
 * @param prefix length of the network part, 0 to 32 bits
 */
public record Network(Ipv4Address base, int prefix) {
  public Network {
    if (prefix < 0 || prefix > 32) {
      throw new IllegalArgumentException("a prefix has 0 to 32 bits, not " + prefix);
    }
    if ((base.bits() & ~maskBits(prefix)) != 0) {
      throw new IllegalArgumentException(
          base + "/" + prefix + ": the address has bits outside of the network part");
    }
  }

  /**
   * Reads {@code 10.20.0.0/24}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,2}")) {
      throw new IllegalArgumentException(
          "not a network: '" + text + "' (like 10.20.0.0/24 is meant)");
    }
    return new Network(
        Ipv4Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  public boolean contains(Ipv4Address address) {
    return (address.bits() & maskBits(prefix)) == base.bits();
  }

  public Ipv4Address mask() {
    return new Ipv4Address(maskBits(prefix));
  }

  /** The address of all its stations. */
  public Ipv4Address broadcast() {
    return new Ipv4Address(base.bits() | ~maskBits(prefix));
  }

  private static int maskBits(int prefix) {
    return prefix == 0 ? 0 : -1 << (32 - prefix);
  }

  @Override
  public String toString() {
    return base + "/" + prefix;
  }
}
