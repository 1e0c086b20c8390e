package io.cade.proxy.guard;

/**
 * SipHash-1-3 of three words (Aumasson and Bernstein, 2012): a visitor who does not know the key
 * cannot choose networks that fall together. Pure.
 */
final class SipHash {
  private SipHash() {}

  static long of(long key0, long key1, long a, long b, long c) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    for (int word = 0; word < 7; word++) {
      long m = word == 0 ? a : word == 1 ? b : word == 2 ? c : word == 3 ? 24L << 56 : 0;
      if (word == 4) {
        v2 ^= 0xff;
      }
      v3 ^= m;
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
      v0 ^= m;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}
