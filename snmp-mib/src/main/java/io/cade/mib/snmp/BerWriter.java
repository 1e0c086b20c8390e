package io.cade.mib.snmp;

/**
 * Writes a message from its end to its beginning, so that each length is known when its header is
 * written. Not thread-safe.
 */
final class BerWriter {
  private final byte[] octets;
  private int at;

  /** Writes into these octets, ending before {@code end}. */
  BerWriter(byte[] octets, int end) {
    this.octets = octets;
    this.at = end;
  }

  /** Where what was written begins. */
  int start() {
    return at;
  }

  void raw(byte[] source, int offset, int length) {
    at -= length;
    System.arraycopy(source, offset, octets, at, length);
  }

  /** A header for contents from here to {@code end}. */
  void header(int tag, int end) {
    int length = end - at;
    if (length < 0x80) {
      octets[--at] = (byte) length;
    } else if (length <= 0xFF) {
      octets[--at] = (byte) length;
      octets[--at] = (byte) 0x81;
    } else {
      octets[--at] = (byte) length;
      octets[--at] = (byte) (length >> 8);
      octets[--at] = (byte) 0x82;
    }
    octets[--at] = (byte) tag;
  }

  /** An INTEGER in as few octets as it needs. */
  void integer(int value) {
    int end = at;
    int rest = value;
    do {
      octets[--at] = (byte) rest;
      rest >>= 8;
    } while (rest != octets[at] >> 7);
    header(Ber.INTEGER, end);
  }
}
