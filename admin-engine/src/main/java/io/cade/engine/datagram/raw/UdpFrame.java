package io.cade.engine.datagram.raw;

import io.cade.agent.wire.MacAddress;
import java.util.Arrays;

/**
 * A UDP datagram in an IPv4 packet in an Ethernet frame (RFC 768, 791, 894), without fragments.
 * IPv4 addresses have the first octet in the highest byte.
 *
 * @param payload its owner's copy
 */
@SuppressWarnings("ArrayRecordComponent") // frames are not compared
record UdpFrame(
    MacAddress to,
    MacAddress from,
    int sourceAddress,
    int sourcePort,
    int destinationAddress,
    int destinationPort,
    byte[] payload) {
  static final int ETHER_TYPE = 0x0800;
  static final int BROADCAST = -1;

  private static final int ETHERNET = 14;
  private static final int IPV4 = 20;
  private static final int UDP = 8;

  /** All headers that are put before the payload. */
  static final int HEADERS = ETHERNET + IPV4 + UDP;

  private static final int UDP_PROTOCOL = 17;
  private static final int TIME_TO_LIVE = 64;
  private static final int DO_NOT_FRAGMENT = 0x4000;

  /** What is wrong with a frame. */
  enum Fault {
    /** Ends before its headers say. */
    TRUNCATED,
    /** Not IPv4 or not UDP, or only a part of a datagram. */
    NOT_UDP,
    BAD_CHECKSUM
  }

  /** What reading a frame gives. */
  sealed interface Read {
    record Good(UdpFrame frame) implements Read {}

    record Bad(Fault fault) implements Read {}
  }

  /**
   * Reads a frame.
   *
   * @param length of the frame in the array; Ethernet's padding may be included
   * @param udpChecksumIsSet false when the frame comes from this machine and its network card would
   *     have filled in the checksum
   */
  static Read read(byte[] frame, int length, boolean udpChecksumIsSet) {
    if (length < HEADERS) {
      return new Read.Bad(Fault.TRUNCATED);
    }
    if (u16(frame, 12) != ETHER_TYPE || u8(frame, ETHERNET) >>> 4 != 4) {
      return new Read.Bad(Fault.NOT_UDP);
    }
    int ip = ETHERNET;
    int ipHeader = (u8(frame, ip) & 0xf) * 4;
    int ipLength = u16(frame, ip + 2);
    if (ipHeader < IPV4 || ipLength < ipHeader + UDP || ip + ipLength > length) {
      return new Read.Bad(Fault.TRUNCATED);
    }
    if (u8(frame, ip + 9) != UDP_PROTOCOL || (u16(frame, ip + 6) & 0x3fff) != 0) {
      return new Read.Bad(Fault.NOT_UDP);
    }
    int udp = ip + ipHeader;
    int udpLength = u16(frame, udp + 4);
    if (udpLength < UDP || udpLength > ipLength - ipHeader) {
      return new Read.Bad(Fault.TRUNCATED);
    }
    // The kernel gives packet sockets their frames before it checks anything itself.
    if (fold(sum(frame, ip, ipHeader, 0)) != 0xffff
        || (udpChecksumIsSet
            && u16(frame, udp + 6) != 0
            && fold(sum(frame, udp, udpLength, pseudoHeader(frame, ip, udpLength))) != 0xffff)) {
      return new Read.Bad(Fault.BAD_CHECKSUM);
    }
    return new Read.Good(
        new UdpFrame(
            mac(frame, 0),
            mac(frame, 6),
            i32(frame, ip + 12),
            u16(frame, udp),
            i32(frame, ip + 16),
            u16(frame, udp + 2),
            Arrays.copyOfRange(frame, udp + UDP, udp + udpLength)));
  }

  /** The frame's bytes, checksums included; Ethernet's padding is the driver's. */
  byte[] encode() {
    byte[] out = new byte[HEADERS + payload.length];
    System.arraycopy(to.octets(), 0, out, 0, 6);
    System.arraycopy(from.octets(), 0, out, 6, 6);
    put16(out, 12, ETHER_TYPE);
    int ip = ETHERNET;
    out[ip] = 0x45;
    put16(out, ip + 2, IPV4 + UDP + payload.length);
    put16(out, ip + 6, DO_NOT_FRAGMENT);
    out[ip + 8] = TIME_TO_LIVE;
    out[ip + 9] = UDP_PROTOCOL;
    put32(out, ip + 12, sourceAddress);
    put32(out, ip + 16, destinationAddress);
    put16(out, ip + 10, ~fold(sum(out, ip, IPV4, 0)));
    int udp = ip + IPV4;
    int udpLength = UDP + payload.length;
    put16(out, udp, sourcePort);
    put16(out, udp + 2, destinationPort);
    put16(out, udp + 4, udpLength);
    System.arraycopy(payload, 0, out, udp + UDP, payload.length);
    int checksum = ~fold(sum(out, udp, udpLength, pseudoHeader(out, ip, udpLength))) & 0xffff;
    // 0 would mean that there is none (RFC 768).
    put16(out, udp + 6, checksum == 0 ? 0xffff : checksum);
    return out;
  }

  private static long pseudoHeader(byte[] frame, int ip, int udpLength) {
    return sum(frame, ip + 12, 8, UDP_PROTOCOL + udpLength);
  }

  /** One's complement sum (RFC 1071), not folded yet. */
  private static long sum(byte[] bytes, int from, int length, long start) {
    long sum = start;
    int end = from + (length & ~1);
    for (int i = from; i < end; i += 2) {
      sum += u16(bytes, i);
    }
    return (length & 1) == 0 ? sum : sum + (u8(bytes, end) << 8);
  }

  private static int fold(long sum) {
    long folded = (sum & 0xffff) + (sum >>> 16);
    return (int) ((folded & 0xffff) + (folded >>> 16));
  }

  private static MacAddress mac(byte[] frame, int at) {
    return MacAddress.of(Arrays.copyOfRange(frame, at, at + 6));
  }

  private static int u8(byte[] bytes, int at) {
    return bytes[at] & 0xff;
  }

  private static int u16(byte[] bytes, int at) {
    return u8(bytes, at) << 8 | u8(bytes, at + 1);
  }

  private static int i32(byte[] bytes, int at) {
    return u16(bytes, at) << 16 | u16(bytes, at + 2);
  }

  private static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }

  private static void put32(byte[] bytes, int at, int value) {
    put16(bytes, at, value >>> 16);
    put16(bytes, at + 2, value);
  }
}
