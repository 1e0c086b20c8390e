package io.cade.proxy.vrrp;

import java.net.Inet4Address;

/** What became of something received. */
sealed interface VrrpReading {
  /**
   * @param expected whether it names the addresses that are configured here
   */
  record Heard(VrrpPacket packet, Inet4Address from, boolean expected) implements VrrpReading {}

  /** Not heeded. */
  record Refused(VrrpFault fault) implements VrrpReading {}
}
