package io.cade.proxy.http;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * Names requests, so that a visitor's complaint, the card's log and the proxy's own can be brought
 * together: 16 hexadecimal digits, never twice within one event loop, and in no visible order, so
 * that they do not tell how much is going on here. Owned by its event loop.
 */
final class RequestIds {
  static final AsciiString HEADER = AsciiString.cached("X-Request-ID");

  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private final byte[] text = new byte[16];
  private long state;

  /**
   * @param seed unpredictable, another one for each event loop
   */
  RequestIds(long seed) {
    this.state = seed;
  }

  String next() {
    state += GOLDEN;
    // SplitMix64's finish: one-to-one, so that numbers that differ stay so.
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    z ^= z >>> 31;
    for (int i = 15; i >= 0; i--) {
      text[i] = DIGITS[(int) z & 15];
      z >>>= 4;
    }
    return new String(text, StandardCharsets.ISO_8859_1);
  }
}
