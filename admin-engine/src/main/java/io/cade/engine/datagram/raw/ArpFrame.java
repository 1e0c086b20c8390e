package io.cade.engine.datagram.raw;

import io.cade.agent.wire.MacAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An ARP message for IPv4 over Ethernet (RFC 826) in its frame. IPv4 addresses have the first octet
 * in the highest byte.
 */
record ArpFrame(
    Operation operation,
    MacAddress sender,
    int senderAddress,
    MacAddress target,
    int targetAddress) {
  static final int ETHER_TYPE = 0x0806;
  static final MacAddress EVERYBODY = new MacAddress("ff:ff:ff:ff:ff:ff");

  private static final MacAddress NOBODY = new MacAddress("00:00:00:00:00:00");
  private static final int LENGTH = 42;
  private static final int ETHERNET_HARDWARE = 1;
  private static final int SIZES = 0x0604;

  enum Operation {
    REQUEST,
    REPLY
  }

  /** Asks whether anybody has the address, without laying claim to one (RFC 5227 §2.1.1). */
  static ArpFrame probe(MacAddress sender, int address) {
    return new ArpFrame(Operation.REQUEST, sender, 0, NOBODY, address);
  }

  /** Empty when it is something else, or cut. */
  static Optional<ArpFrame> read(byte[] frame, int length) {
    if (length < LENGTH) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(frame, 0, length).position(12);
    boolean fits =
        in.getShort() == ETHER_TYPE
            && in.getShort() == ETHERNET_HARDWARE
            && in.getShort() == UdpFrame.ETHER_TYPE
            && in.getShort() == SIZES;
    int operation = in.getShort();
    if (!fits || operation < 1 || operation > 2) {
      return Optional.empty();
    }
    return Optional.of(
        new ArpFrame(
            operation == 1 ? Operation.REQUEST : Operation.REPLY,
            mac(in),
            in.getInt(),
            mac(in),
            in.getInt()));
  }

  /** The frame's bytes: a request goes to everybody, a reply to its target. */
  byte[] encode() {
    return ByteBuffer.allocate(LENGTH)
        .put((operation == Operation.REQUEST ? EVERYBODY : target).octets())
        .put(sender.octets())
        .putShort((short) ETHER_TYPE)
        .putShort((short) ETHERNET_HARDWARE)
        .putShort((short) UdpFrame.ETHER_TYPE)
        .putShort((short) SIZES)
        .putShort((short) (operation == Operation.REQUEST ? 1 : 2))
        .put(sender.octets())
        .putInt(senderAddress)
        .put(target.octets())
        .putInt(targetAddress)
        .array();
  }

  /**
   * Whether this message tells that somebody uses the address, or is about to (RFC 5227 §2.1.1):
   * its sender has it, or probes for it as well.
   *
   * @param self who asked: our own probes tell nothing
   */
  boolean claims(int address, MacAddress self) {
    boolean uses = senderAddress == address;
    boolean probes =
        operation == Operation.REQUEST && senderAddress == 0 && targetAddress == address;
    return (uses || probes) && !sender.equals(self);
  }

  private static MacAddress mac(ByteBuffer in) {
    byte[] octets = new byte[6];
    in.get(octets);
    return MacAddress.of(octets);
  }
}
