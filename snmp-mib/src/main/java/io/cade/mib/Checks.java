package io.cade.mib;

/** Refuses what the MIB cannot carry where a row is made, not where it is read. */
final class Checks {
  static final int MAX_POSITION = 65_535;
  static final long MAX_UNSIGNED32 = 0xFFFF_FFFFL;

  private Checks() {}

  static void range(String what, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          what + " is " + value + ", not within " + low + ".." + high);
    }
  }
}
