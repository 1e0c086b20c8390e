package io.cade.engine.dhcp.wire;

import java.util.Optional;

/** Kinds of DHCP message: the values of option 53, in order from 1 (RFC 2132 §9.6). */
public enum MessageType {
  DISCOVER,
  OFFER,
  REQUEST,
  DECLINE,
  ACK,
  NAK,
  RELEASE,
  INFORM;

  /** Value of option 53. */
  public int code() {
    return ordinal() + 1;
  }

  /** Empty for values that are not in use here. */
  public static Optional<MessageType> of(long code) {
    return code >= 1 && code <= values().length
        ? Optional.of(values()[(int) code - 1])
        : Optional.empty();
  }
}
