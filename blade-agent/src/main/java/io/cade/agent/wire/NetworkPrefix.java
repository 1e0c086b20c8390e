package io.cade.agent.wire;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A network in CIDR form, IPv4 or IPv6 (RFC 4632 §3.1, RFC 4291 §2.3). An IPv4-mapped IPv6 address
 * counts as IPv4. Immutable.
 *
 * @param high the first 64 bits of the address; of IPv4, the 32 bits are the lowest of {@code low}
 * @param low the last 64 bits
 * @param v4 whether it is a network of IPv4
 * @param length of the prefix in bits: 0 to 32, 0 to 128
 */
public record NetworkPrefix(long high, long low, boolean v4, int length) {
  public NetworkPrefix {
    Limits.range("length of a network prefix", length, 0, v4 ? 32 : 128);
  }

  /**
   * Reads {@code 192.0.2.0/24}, {@code 2001:db8::/32} or a single address.
   *
   * @throws IllegalArgumentException when it is none, or has bits set behind the prefix: such a
   *     network is most likely a slip
   */
  public static NetworkPrefix parse(String text) {
    int slash = text.indexOf('/');
    String literal = slash < 0 ? text : text.substring(0, slash);
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(literal);
    } catch (IllegalArgumentException e) {
      throw notOne(text, e);
    }
    NetworkPrefix host = of(address);
    if (literal.indexOf('%') >= 0 || literal.startsWith("[")) {
      throw notOne(text, null);
    }
    int length = host.length();
    if (slash >= 0) {
      String digits = text.substring(slash + 1);
      if (!digits.matches("\\d{1,3}") || Integer.parseInt(digits) > length) {
        throw new IllegalArgumentException(
            "'" + text + "': the prefix has 0 to " + length + " bits");
      }
      length = Integer.parseInt(digits);
    }
    NetworkPrefix network = host.network(length);
    if (network.high() != host.high() || network.low() != host.low()) {
      throw new IllegalArgumentException(
          "'" + text + "' has bits set behind its prefix; " + network + " is meant?");
    }
    return network;
  }

  private static IllegalArgumentException notOne(
      String text, @Nullable IllegalArgumentException cause) {
    return new IllegalArgumentException(
        "'" + text + "' is no network: 192.0.2.0/24 or 2001:db8::/32 is meant", cause);
  }

  /** The network that is one address. */
  public static NetworkPrefix of(InetAddress address) {
    byte[] octets = address.getAddress();
    if (octets.length == 4) {
      return new NetworkPrefix(0, number(octets, 0, 4), true, 32);
    }
    return new NetworkPrefix(number(octets, 0, 8), number(octets, 8, 8), false, 128);
  }

  private static long number(byte[] octets, int from, int count) {
    long value = 0;
    for (int i = from; i < from + count; i++) {
      value = (value << 8) | (octets[i] & 0xff);
    }
    return value;
  }

  /** The network of the first bits of this one; itself when it is not longer. */
  public NetworkPrefix network(int bits) {
    if (bits >= length) {
      return this;
    }
    if (v4) {
      return new NetworkPrefix(0, bits == 0 ? 0 : low & (0xffff_ffffL << (32 - bits)), true, bits);
    }
    long first = bits >= 64 ? high : bits == 0 ? 0 : high & (-1L << (64 - bits));
    long second = bits <= 64 ? 0 : bits == 128 ? low : low & (-1L << (128 - bits));
    return new NetworkPrefix(first, second, false, bits);
  }

  /** The bit at a place, counted from the left. */
  public int bit(int place) {
    if (v4) {
      return (int) (low >>> (31 - place)) & 1;
    }
    return (int) ((place < 64 ? high >>> (63 - place) : low >>> (127 - place)) & 1);
  }

  /** As it is written: an address with the prefix, IPv6 as RFC 5952 asks. */
  @Override
  public String toString() {
    return address() + "/" + length;
  }

  private String address() {
    if (v4) {
      return (low >>> 24)
          + "."
          + ((low >>> 16) & 255)
          + "."
          + ((low >>> 8) & 255)
          + "."
          + (low & 255);
    }
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (int) ((i < 4 ? high >>> (48 - 16 * i) : low >>> (112 - 16 * i)) & 0xffff);
    }
    int best = -1;
    int bestRun = 1;
    for (int i = 0; i < 8; i++) {
      int run = 0;
      while (i + run < 8 && groups[i + run] == 0) {
        run++;
      }
      if (run > bestRun) {
        best = i;
        bestRun = run;
      }
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == best) {
        text.append("::");
        i += bestRun - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
