package io.cade.proxy.vrrp;

/** Why an advertisement is not heeded (RFC 9568 §7.1). Each is counted. */
public enum VrrpFault {
  /** Cut, or no IPv4. */
  LENGTH,
  /** It has crossed a router, or pretends to come from here (§5.1.1.3). */
  TTL,
  /** Another version of the protocol, most likely 2. */
  VERSION,
  /** No advertisement. */
  TYPE,
  /** Damaged. */
  CHECKSUM,
  /** No address, or an interval of nothing. */
  CONTENT,
  /** Of another virtual router in the same network: nothing bad. */
  OTHER_ID,
  /** From our own address: another machine has it, too. */
  OWN_ADDRESS,
  /** From somebody who is no peer. */
  STRANGER,
  /** More came than could be looked at. */
  OVERFLOW,
  /** Heeded all the same: the addresses named are not ours, one configuration is wrong. */
  ADDRESSES_DIFFER
}
