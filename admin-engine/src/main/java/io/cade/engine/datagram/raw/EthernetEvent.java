package io.cade.engine.datagram.raw;

/** What an {@link EthernetPort} counts. */
public enum EthernetEvent {
  /** Handed to the receiver. */
  RECEIVED,
  SENT,
  /** Could not leave: the interface is away or down, or its queue is full. */
  SEND_FAILED,
  /** A frame that is no whole UDP datagram. */
  DROPPED_MALFORMED,
  DROPPED_CHECKSUM,
  DROPPED_TOO_LONG,
  /** Too many datagrams waited for the loop. */
  DROPPED_OVERLOAD,
  /** The kernel's queue was full before we came to look. */
  DROPPED_KERNEL,
  /** The interface went away or down. */
  LINK_LOST,
  /** The interface came (back). */
  LINK_FOUND,
  PROBED,
  /** A probe was answered. */
  PROBE_ANSWERED,
  /** Not probed: too many probes were under way. */
  PROBE_REFUSED
}
