package io.cade.engine.dhcp.wire;

import java.util.List;
import java.util.Optional;

/** Kinds of DHCP message (option 53, RFC 2132 §9.6). */
public enum MessageType {
  DISCOVER(1),
  OFFER(2),
  REQUEST(3),
  DECLINE(4),
  ACK(5),
  NAK(6),
  RELEASE(7),
  INFORM(8);

  // In the order of the codes, from 1.
  private static final List<MessageType> BY_CODE = List.of(values());

  private final int code;

  MessageType(int code) {
    this.code = code;
  }

  /** Value of option 53. */
  public int code() {
    return code;
  }

  /** Empty for values that are not in use here. */
  public static Optional<MessageType> of(long code) {
    return code >= 1 && code <= BY_CODE.size()
        ? Optional.of(BY_CODE.get((int) code - 1))
        : Optional.empty();
  }
}
