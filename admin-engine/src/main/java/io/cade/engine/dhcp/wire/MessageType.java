package io.cade.engine.dhcp.wire;

import java.util.Arrays;
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
    return Arrays.stream(values()).filter(t -> t.code == code).findFirst();
  }
}
