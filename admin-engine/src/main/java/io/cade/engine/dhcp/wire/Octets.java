package io.cade.engine.dhcp.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Some bytes, compared by value. Immutable. */
public final class Octets {
  private final byte[] bytes;

  private Octets(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy of the bytes. */
  public static Octets of(byte... bytes) {
    return new Octets(bytes.clone());
  }

  /** The bytes of an array, which nobody alters from now on. */
  static Octets wrap(byte[] bytes) {
    return new Octets(bytes);
  }

  /** These bytes and more. */
  Octets plus(byte[] more, int from, int to) {
    byte[] both = Arrays.copyOf(bytes, bytes.length + to - from);
    System.arraycopy(more, from, both, bytes.length, to - from);
    return new Octets(both);
  }

  /** Copies a part into an array. */
  void copyTo(int from, byte[] target, int at, int length) {
    System.arraycopy(bytes, from, target, at, length);
  }

  /** The text in ISO 8859-1: one byte a character. */
  public static Octets ofText(String text) {
    return new Octets(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Unsigned, most significant byte first. */
  public static Octets ofNumber(long value, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (value >>> (8 * (length - 1 - i)));
    }
    return new Octets(bytes);
  }

  public int length() {
    return bytes.length;
  }

  /** The byte at an index, 0 to 255. */
  public int at(int index) {
    return bytes[index] & 0xff;
  }

  /** A copy. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** Whether it begins with these characters of ASCII. */
  public boolean startsWith(String prefix) {
    if (bytes.length < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (bytes[i] != prefix.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** A part. */
  public Octets slice(int from, int to) {
    return new Octets(Arrays.copyOfRange(bytes, from, to));
  }

  /** The bytes as an unsigned number, most significant first; at most 7 of them. */
  public long number() {
    if (bytes.length > 7) {
      throw new IllegalStateException(bytes.length + " bytes are no number");
    }
    long value = 0;
    for (byte b : bytes) {
      value = value << 8 | (b & 0xff);
    }
    return value;
  }

  /** The bytes as ISO 8859-1, up to the first NUL, which some senders append. */
  public String text() {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets o && Arrays.equals(bytes, o.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
