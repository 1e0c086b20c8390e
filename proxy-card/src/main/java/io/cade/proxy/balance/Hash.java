package io.cade.proxy.balance;

/** 64-bit hashing, without heap. Not for secrets. Stateless. */
public final class Hash {
  /** 2^64 divided by the golden ratio, odd. */
  static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Hash() {}

  /** Of a text: FNV-1a, mixed. The same on every proxy and in every run. */
  public static long of(CharSequence text) {
    return of(text, 0, text.length());
  }

  /** Of a part of a text. */
  public static long of(CharSequence text, int from, int to) {
    long hash = FNV_OFFSET;
    for (int i = from; i < to; i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return mixed(hash);
  }

  /** SplitMix64's finaliser (Steele, Lea, Flood, 2014): every bit in depends on every bit out. */
  static long mixed(long z) {
    long mixed = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
