package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.Locale;

/** An EUI-48 hardware address in the form {@code 02:00:00:01:03:00}: lower case, with colons. */
public record MacAddress(String text) implements Comparable<MacAddress> {
  private static final int LENGTH = 17;
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  @JsonCreator
  public MacAddress {
    if (!isCanonical(text)) {
      text = text.toLowerCase(Locale.ROOT);
      if (!isCanonical(text)) {
        throw new IllegalArgumentException("not a MAC address: '" + text + "'");
      }
    }
  }

  // By hand: a DHCP server makes one for every message, and a pattern takes longer than all else.
  private static boolean isCanonical(String text) {
    if (text.length() != LENGTH) {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      char c = text.charAt(i);
      boolean good = i % 3 == 2 ? c == ':' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      if (!good) {
        return false;
      }
    }
    return true;
  }

  /**
   * The address in its six octets.
   *
   * @throws IllegalArgumentException unless there are six
   */
  public static MacAddress of(byte[] octets) {
    return new MacAddress(COLONS.formatHex(octets));
  }

  /** The six octets, in the order in which they are sent. */
  public byte[] octets() {
    return COLONS.parseHex(text);
  }

  @Override
  public int compareTo(MacAddress other) {
    return text.compareTo(other.text);
  }

  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
