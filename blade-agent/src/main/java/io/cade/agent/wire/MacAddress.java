package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/** An EUI-48 hardware address in the form {@code 02:00:00:01:03:00}: lower case, with colons. */
public record MacAddress(String text) implements Comparable<MacAddress> {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");

  @JsonCreator
  public MacAddress {
    text = text.toLowerCase(Locale.ROOT);
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("not a MAC address: '" + text + "'");
    }
  }

  /**
   * The address in its six octets.
   *
   * @throws IllegalArgumentException unless there are six
   */
  public static MacAddress of(byte[] octets) {
    return new MacAddress(HexFormat.ofDelimiter(":").formatHex(octets));
  }

  /** The six octets, in the order in which they are sent. */
  public byte[] octets() {
    return HexFormat.ofDelimiter(":").parseHex(text);
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
