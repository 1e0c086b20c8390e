package io.cade.mib.snmp;

/**
 * Reads a message that is as plain as managers make them. At the first thing that is not, it says
 * so for ever after: {@link #plain} is false, and the general way takes the message. No value is
 * believed beyond the octets that are there. Not thread-safe.
 */
final class BerReader {
  private final byte[] octets;
  private int at;
  private int end;
  private boolean plain = true;

  BerReader(byte[] octets) {
    this.octets = octets;
  }

  /** Starts with the octets from {@code from} to {@code to}. */
  void reset(int from, int to) {
    at = from;
    end = to;
    plain = true;
  }

  /** Whether all that was read so far is plain. */
  boolean plain() {
    return plain;
  }

  int at() {
    return at;
  }

  boolean atEnd() {
    return at == end;
  }

  void skip(int count) {
    at += count;
  }

  int peek() {
    return at < end ? octets[at] & 0xFF : -1;
  }

  /** Reads a header of this tag; answers the length of its contents, which are there. */
  int header(int tag) {
    if (end - at < 2 || (octets[at] & 0xFF) != tag) {
      return fail();
    }
    int length = octets[at + 1] & 0xFF;
    at += 2;
    if (length >= 0x80) {
      int more = length & 0x7F;
      if (more < 1 || more > 2 || end - at < more) {
        return fail();
      }
      length = octets[at] & 0xFF;
      if (more == 2) {
        length = length << 8 | (octets[at + 1] & 0xFF);
      }
      at += more;
    }
    return length > end - at ? fail() : length;
  }

  /** Reads a header whose contents go to the end. */
  void lastHeader(int tag) {
    if (header(tag) != end - at) {
      fail();
    }
  }

  /** An INTEGER of one to four octets. */
  int integer() {
    int length = header(Ber.INTEGER);
    if (!plain || length < 1 || length > 4) {
      return fail();
    }
    int value = octets[at];
    for (int i = 1; i < length; i++) {
      value = value << 8 | (octets[at + i] & 0xFF);
    }
    at += length;
    return value;
  }

  /**
   * The arcs of an OBJECT IDENTIFIER of so many octets below 0 or 1 (all of SNMP is below 1).
   *
   * @param arcs room for 128
   * @return how many there are, below 0 if it is not plain
   */
  int arcs(int length, int[] arcs) {
    if (length < 1 || length > 127) {
      return fail();
    }
    int first = octets[at];
    if (first < 0 || first >= 80) {
      return fail();
    }
    arcs[0] = first / 40;
    arcs[1] = first % 40;
    int count = 2;
    int stop = at + length;
    for (int i = at + 1; i < stop; ) {
      int octet = octets[i++];
      if (octet >= 0) {
        arcs[count++] = octet;
        continue;
      }
      long arc = octet & 0x7F;
      if (arc == 0) {
        return fail(); // a leading zero
      }
      do {
        if (i == stop) {
          return fail();
        }
        octet = octets[i++];
        arc = arc << 7 | (octet & 0x7F);
        if (arc > 0xFFFF_FFFFL) {
          return fail();
        }
      } while (octet < 0);
      arcs[count++] = (int) arc;
    }
    at = stop;
    return count;
  }

  int fail() {
    plain = false;
    at = end;
    return -1;
  }
}
