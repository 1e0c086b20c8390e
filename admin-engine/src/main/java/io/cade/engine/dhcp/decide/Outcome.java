package io.cade.engine.dhcp.decide;

/** What became of a datagram: the counters of the service, one for each constant. */
public enum Outcome {
  OFFERED,
  /** A lease was granted or extended. */
  ACKED,
  /** The answer to a retransmitted request was repeated; nothing changed. */
  ACKED_AGAIN,
  INFORMED,
  RELEASED,
  DECLINED,
  /** Asked for an address that is not its slot's. */
  NAK_WRONG_ADDRESS,
  /** Wanted to go on with a lease that it does not have. */
  NAK_NO_LEASE,
  /** The change was refused by the engine's state. */
  NAK_REFUSED,

  /** See {@link io.cade.engine.dhcp.wire.Decoded.Reason}. */
  IGNORED_MALFORMED,
  /** A server's message. */
  IGNORED_NOT_A_REQUEST,
  /** Plain BOOTP, or a type that servers do not answer. */
  IGNORED_TYPE,
  IGNORED_NO_ETHERNET_ADDRESS,
  /** giaddr is not one of this module's hubs. */
  IGNORED_UNKNOWN_RELAY,
  /** Option 82 in a message that no relay agent passed on. */
  IGNORED_RELAY_INFORMATION_WITHOUT_RELAY,
  /** Option 82 is absent or cannot be read, and no card of that MAC address is known. */
  IGNORED_NO_POSITION,
  /** A hub speaks for another chassis. */
  IGNORED_OTHER_CHASSIS,
  /** Claims an address that the datagram did not come from, or that is no card's. */
  IGNORED_FOREIGN_ADDRESS,
  /** Chose another server. */
  IGNORED_OTHER_SERVER,
  /** A request without the address that it is about (RFC 2131 table 5). */
  IGNORED_NO_ADDRESS,
  /** Remembers an address of a network that it is in, but is not known here (RFC 2131 §4.3.2). */
  IGNORED_NO_RECORD,
  /** A live card with this MAC address sits in another slot. */
  IGNORED_DUPLICATE_MAC,
  /** The card is locked away. */
  IGNORED_QUARANTINED,
  /** Released or declined what it does not hold. */
  IGNORED_NOT_HOLDER,

  /** The same request is being made durable. */
  DROPPED_IN_PROGRESS,
  /** Too many requests wait to be made durable. */
  DROPPED_OVERLOAD,
  /** The lease could not be made durable: no answer, the client asks again. */
  DROPPED_NOT_DURABLE
}
