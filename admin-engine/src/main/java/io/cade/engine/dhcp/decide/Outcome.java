package io.cade.engine.dhcp.decide;

/** What became of a datagram: the counters of the service, one for each constant. */
public enum Outcome {
  /** A card was offered its slot's address. */
  OFFERED,
  /** A machine without a slot was offered an address of a pool. */
  OFFERED_FROM_POOL,
  /** A lease was granted to a card, or extended. */
  ACKED,
  /** The same, in answer to a DISCOVER (RFC 4039). */
  ACKED_RAPIDLY,
  /** A lease of a pool was granted or extended. */
  ACKED_FROM_POOL,
  /** The answer to a retransmitted request was repeated; nothing changed. */
  ACKED_AGAIN,
  /** A card that speaks BOOTP only got its address (RFC 1534). */
  BOOTP_ANSWERED,
  /** A client with an address from elsewhere was told where to boot from (proxy, port 4011). */
  BOOT_ANSWERED,
  /** Parameters without a lease (DHCPINFORM). */
  INFORMED,
  /** The holder gave its lease back. */
  RELEASED,
  /** The holder found its address in use by another station. */
  DECLINED,
  /** A probe found an address of a pool in use before it was offered; it is locked. */
  CONFLICT_FOUND,
  /** Asked for an address that is not its slot's, or not of its subnet's pool. */
  NAK_WRONG_ADDRESS,
  /** Wanted to go on with a lease that it does not have. */
  NAK_NO_LEASE,
  /** Asked for an address of a pool that another client holds, or that is locked. */
  NAK_TAKEN,
  /** The change was refused by the engine's state. */
  NAK_REFUSED,

  /** See {@link io.cade.engine.dhcp.wire.Decoded.Reason}. */
  IGNORED_MALFORMED,
  /** A server's message. */
  IGNORED_NOT_A_REQUEST,
  /** A type that this server does not answer, or not here. */
  IGNORED_TYPE,
  /** Plain BOOTP, switched off or from a machine that is not known. */
  IGNORED_BOOTP,
  /** Not Ethernet, or not six octets of it. */
  IGNORED_NO_ETHERNET_ADDRESS,
  /** A client identifier of more than 255 octets. */
  IGNORED_CLIENT_ID,
  /** giaddr is none of this module's hubs and in none of its subnets. */
  IGNORED_UNKNOWN_RELAY,
  /** Option 82 in a message that no relay agent passed on (RFC 3046 §2.1). */
  IGNORED_RELAY_INFORMATION_WITHOUT_RELAY,
  /** A sub-option of option 82 reaches beyond it, or is there twice. */
  IGNORED_RELAY_INFORMATION_BROKEN,
  /** A machine whose slot cannot be told, and unknown machines are ignored. */
  IGNORED_NO_POSITION,
  /** A machine whose slot cannot be told, and no pool serves its link. */
  IGNORED_NO_SUBNET,
  /** Every address of the pool is taken, on offer, or locked. */
  IGNORED_POOL_EXHAUSTED,
  /** A hub speaks for another chassis. */
  IGNORED_OTHER_CHASSIS,
  /** Claims an address that the datagram did not come from, or that is no client's. */
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
  /** Only boot questions are answered here (proxy, port 4011), and this is none. */
  IGNORED_NOT_BOOTING,

  /** The same request is being made durable, or its address is being probed. */
  DROPPED_IN_PROGRESS,
  /** Too many requests wait to be made durable, or for probes. */
  DROPPED_OVERLOAD,
  /** The lease could not be made durable: no answer, the client asks again. */
  DROPPED_NOT_DURABLE,
  /** The decision or the answer failed: a defect of the server, in its log. */
  DROPPED_FAILED
}
