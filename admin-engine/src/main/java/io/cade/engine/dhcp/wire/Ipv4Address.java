package io.cade.engine.dhcp.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An IPv4 address.
 *
 * @param bits in network order, the first octet in the highest byte
 */
public record Ipv4Address(int bits) implements Comparable<Ipv4Address> {
  public static final Ipv4Address ZERO = new Ipv4Address(0);
  public static final Ipv4Address BROADCAST = new Ipv4Address(-1);

  public static Ipv4Address of(int a, int b, int c, int d) {
    return new Ipv4Address((a & 0xff) << 24 | (b & 0xff) << 16 | (c & 0xff) << 8 | (d & 0xff));
  }

  /** Empty for an IPv6 address. */
  public static Optional<Ipv4Address> of(InetAddress address) {
    if (!(address instanceof Inet4Address)) {
      return Optional.empty();
    }
    byte[] b = address.getAddress();
    return Optional.of(of(b[0], b[1], b[2], b[3]));
  }

  /**
   * Reads the dotted form, four decimal numbers.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Ipv4Address parse(String text) {
    String[] parts = text.split("\\.", -1);
    int bits = 0;
    boolean good = parts.length == 4;
    for (int i = 0; good && i < 4; i++) {
      good = parts[i].matches("[0-9]{1,3}") && Integer.parseInt(parts[i]) <= 255;
      bits = good ? bits << 8 | Integer.parseInt(parts[i]) : bits;
    }
    if (!good) {
      throw new IllegalArgumentException("not an IPv4 address: '" + text + "'");
    }
    return new Ipv4Address(bits);
  }

  public boolean isZero() {
    return bits == 0;
  }

  /** From an unsigned number of 32 bits. */
  public static Ipv4Address ofNumber(long number) {
    return new Ipv4Address((int) number);
  }

  /** As an unsigned number. */
  public long number() {
    return bits & 0xffff_ffffL;
  }

  /** The four bytes, as options carry them. */
  public Octets octets() {
    return Octets.ofNumber(bits & 0xffff_ffffL, 4);
  }

  /** For the Java library. */
  public InetAddress toInetAddress() {
    try {
      return InetAddress.getByAddress(octets().toBytes());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are always an address", e);
    }
  }

  /** With a port, for the Java library. */
  public InetSocketAddress port(int port) {
    return new InetSocketAddress(toInetAddress(), port);
  }

  @Override
  public int compareTo(Ipv4Address other) {
    return Integer.compareUnsigned(bits, other.bits);
  }

  @Override
  public String toString() {
    return (bits >>> 24)
        + "."
        + (bits >> 16 & 0xff)
        + "."
        + (bits >> 8 & 0xff)
        + "."
        + (bits & 0xff);
  }
}
