package io.cade.engine.dhcp.policy;

import io.cade.engine.dhcp.wire.Ipv4Address;

/**
 * Addresses in a row, both ends included.
 *
 * @param first and {@code last}: at most {@value #MAX} addresses
 */
public record AddressRange(Ipv4Address first, Ipv4Address last) {
  /** Addresses in one pool: a /15. */
  public static final int MAX = 1 << 17;

  public AddressRange {
    if (first.compareTo(last) > 0 || last.number() - first.number() >= MAX) {
      throw new IllegalArgumentException(
          first + "-" + last + ": 1 to " + MAX + " addresses, the lowest first");
    }
  }

  /**
   * Reads {@code 10.20.0.100-10.20.0.199}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static AddressRange parse(String text) {
    int dash = text.indexOf('-');
    if (dash < 0) {
      throw new IllegalArgumentException(
          "not a range: '" + text + "' (like 10.20.0.100-10.20.0.199 is meant)");
    }
    return new AddressRange(
        Ipv4Address.parse(text.substring(0, dash).strip()),
        Ipv4Address.parse(text.substring(dash + 1).strip()));
  }

  public boolean contains(Ipv4Address address) {
    return first.compareTo(address) <= 0 && address.compareTo(last) <= 0;
  }

  public int size() {
    return (int) (last.number() - first.number()) + 1;
  }

  @Override
  public String toString() {
    return first + "-" + last;
  }
}
