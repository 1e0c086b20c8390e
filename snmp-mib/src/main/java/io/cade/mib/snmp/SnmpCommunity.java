package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A community of SNMPv1 and SNMPv2c. It reads; it never writes.
 *
 * @param name the shared word, 1 to 64 octets
 * @param role whose view it reads
 * @param sources networks it is answered from; empty: from anywhere
 */
public record SnmpCommunity(String name, ManagerRole role, List<Network> sources) {
  public SnmpCommunity {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    if (length < 1 || length > 64) {
      throw new IllegalArgumentException("an SNMP community has 1 to 64 octets, not " + length);
    }
    sources = List.copyOf(sources);
  }

  /** Whether it is answered there. */
  boolean servesFrom(InetAddress address) {
    return sources.isEmpty() || sources.stream().anyMatch(network -> network.holds(address));
  }

  /** Without the name, which is a secret. */
  @Override
  public String toString() {
    return "SnmpCommunity[" + role + ", " + sources + "]";
  }

  /**
   * An IP network.
   *
   * @param address any address of it
   * @param bits length of its prefix
   */
  public record Network(InetAddress address, int bits) {
    public Network {
      if (bits < 0 || bits > address.getAddress().length * 8) {
        throw new IllegalArgumentException(
            "a prefix of " + bits + " bits does not fit " + address.getHostAddress());
      }
    }

    /**
     * Reads {@code 192.0.2.0/24}, {@code 2001:db8::/32} or a single address.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    public static Network parse(String text) {
      int slash = text.indexOf('/');
      try {
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int bits =
            slash < 0
                ? address.getAddress().length * 8
                : Integer.parseInt(text.substring(slash + 1));
        return new Network(address, bits);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "'" + text + "' is not a network like 192.0.2.0/24 or 2001:db8::/32", e);
      }
    }

    boolean holds(InetAddress candidate) {
      byte[] mine = address.getAddress();
      byte[] other = candidate.getAddress();
      if (mine.length != other.length) {
        return false;
      }
      for (int i = 0; i < bits; i++) {
        if (((mine[i / 8] ^ other[i / 8]) >> (7 - i % 8) & 1) != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
