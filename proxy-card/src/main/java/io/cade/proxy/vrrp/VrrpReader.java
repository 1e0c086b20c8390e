package io.cade.proxy.vrrp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads advertisements and judges them (RFC 9568 §7.1). Stateless. */
final class VrrpReader {
  private static final int IP_HEADER_BYTES = 20;
  private static final int TTL_AT = 8;
  private static final int PROTOCOL_AT = 9;
  private static final int FROM_AT = 12;
  private static final int TO_AT = 16;

  private final VrrpSettings settings;
  private final Inet4Address own;

  /**
   * @param own primary address of this balancer
   */
  VrrpReader(VrrpSettings settings, Inet4Address own) {
    this.settings = settings;
    this.own = own;
  }

  /** A whole IPv4 datagram, as a raw socket gives it. */
  VrrpReading datagram(byte[] bytes, int length) {
    if (length < IP_HEADER_BYTES) {
      return refused(VrrpFault.LENGTH);
    }
    int header = (bytes[0] & 0xf) * 4;
    int total = unsignedShort(bytes, 2);
    if ((bytes[0] & 0xf0) != 0x40
        || header < IP_HEADER_BYTES
        || total < header
        || total > length
        || (bytes[PROTOCOL_AT] & 0xff) != VrrpPacket.PROTOCOL) {
      return refused(VrrpFault.LENGTH);
    }
    // A router takes one off: whoever is not in this network cannot have sent 255.
    if ((bytes[TTL_AT] & 0xff) != 255) {
      return refused(VrrpFault.TTL);
    }
    return message(bytes, header, total - header, address(bytes, FROM_AT), address(bytes, TO_AT));
  }

  /** The message alone. */
  VrrpReading message(byte[] bytes, int offset, int length, Inet4Address from, Inet4Address to) {
    if (length < VrrpPacket.HEADER_BYTES) {
      return refused(VrrpFault.LENGTH);
    }
    if ((bytes[offset] & 0xf0) >> 4 != 3) {
      return refused(VrrpFault.VERSION);
    }
    if ((bytes[offset] & 0xf) != 1) {
      return refused(VrrpFault.TYPE);
    }
    int count = bytes[offset + 3] & 0xff;
    if (length != VrrpPacket.HEADER_BYTES + 4 * count) {
      return refused(VrrpFault.LENGTH);
    }
    long sum = VrrpPacket.sum(bytes, offset, length);
    if (VrrpPacket.fold(sum) != 0xffff
        && VrrpPacket.fold(sum + VrrpPacket.pseudoHeader(from, to, length)) != 0xffff) {
      return refused(VrrpFault.CHECKSUM);
    }
    int id = bytes[offset + 1] & 0xff;
    int centis = unsignedShort(bytes, offset + 4) & VrrpPacket.MOST_CENTIS;
    if (id != settings.id()) {
      return refused(VrrpFault.OTHER_ID);
    }
    if (count == 0 || centis == 0) {
      return refused(VrrpFault.CONTENT);
    }
    if (from.equals(own)) {
      return refused(VrrpFault.OWN_ADDRESS);
    }
    List<Inet4Address> addresses = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      addresses.add(address(bytes, offset + VrrpPacket.HEADER_BYTES + 4 * i));
    }
    VrrpPacket packet = new VrrpPacket(id, bytes[offset + 2] & 0xff, centis, addresses);
    boolean expected = Set.copyOf(addresses).equals(Set.copyOf(settings.addresses()));
    return new VrrpReading.Heard(packet, from, expected);
  }

  private static VrrpReading refused(VrrpFault fault) {
    return new VrrpReading.Refused(fault);
  }

  private static int unsignedShort(byte[] bytes, int at) {
    return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
  }

  private static Inet4Address address(byte[] bytes, int at) {
    byte[] octets = {bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]};
    try {
      return (Inet4Address) InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four octets are an address", e);
    }
  }
}
