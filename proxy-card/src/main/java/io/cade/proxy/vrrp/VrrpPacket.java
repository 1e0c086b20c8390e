package io.cade.proxy.vrrp;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * An advertisement (RFC 9568 §5.2).
 *
 * @param id of the virtual router, 1 to 255
 * @param priority of the sender, 0 when it gives the address up
 * @param intervalCentis hundredths of a second between advertisements, 1 to 4095
 * @param addresses 1 to {@value #MOST_ADDRESSES}
 */
public record VrrpPacket(int id, int priority, int intervalCentis, List<Inet4Address> addresses) {
  /** More do not fit into one count. */
  public static final int MOST_ADDRESSES = 255;

  static final int MOST_CENTIS = 4095;
  static final int PROTOCOL = 112;
  static final int HEADER_BYTES = 8;
  static final int CHECKSUM_AT = 6;

  /** Version 3, type ADVERTISEMENT. */
  private static final int VERSION_AND_TYPE = 0x31;

  public VrrpPacket {
    addresses = List.copyOf(addresses);
    require(id >= 1 && id <= 255, "id", id);
    require(priority >= 0 && priority <= 255, "priority", priority);
    require(intervalCentis >= 1 && intervalCentis <= MOST_CENTIS, "interval", intervalCentis);
    require(
        !addresses.isEmpty() && addresses.size() <= MOST_ADDRESSES, "addresses", addresses.size());
  }

  private static void require(boolean fits, String what, int value) {
    if (!fits) {
      throw new IllegalArgumentException(what + " " + value);
    }
  }

  /**
   * The message. Its checksum includes the pseudo-header, as RFC 5798 had it and as all others
   * compute it: RFC 9568 §5.2.8 leaves it out for IPv4, but other implementations demand it and
   * refuse that. {@link VrrpReader} takes both.
   */
  byte[] encode(Inet4Address from, Inet4Address to) {
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + 4 * addresses.size());
    out.put((byte) VERSION_AND_TYPE)
        .put((byte) id)
        .put((byte) priority)
        .put((byte) addresses.size())
        .putShort((short) intervalCentis)
        .putShort((short) 0);
    addresses.forEach(address -> out.put(address.getAddress()));
    byte[] message = out.array();
    int sum = fold(pseudoHeader(from, to, message.length) + sum(message, 0, message.length));
    out.putShort(CHECKSUM_AT, (short) ~sum);
    return message;
  }

  /** Sum of 16-bit words (RFC 1071), not folded; the length is even. */
  static long sum(byte[] bytes, int offset, int length) {
    long sum = 0;
    for (int i = offset; i + 1 < offset + length; i += 2) {
      sum += ((bytes[i] & 0xff) << 8) | (bytes[i + 1] & 0xff);
    }
    return sum;
  }

  static long pseudoHeader(Inet4Address from, Inet4Address to, int length) {
    return sum(from.getAddress(), 0, 4) + sum(to.getAddress(), 0, 4) + PROTOCOL + length;
  }

  static int fold(long sum) {
    long folded = sum;
    while (folded >> 16 != 0) {
      folded = (folded & 0xffff) + (folded >> 16);
    }
    return (int) folded;
  }
}
