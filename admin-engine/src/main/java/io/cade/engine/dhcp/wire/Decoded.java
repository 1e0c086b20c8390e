package io.cade.engine.dhcp.wire;

/** What a datagram turned out to be. */
public sealed interface Decoded {
  /** A well-formed message. */
  record Message(DhcpMessage message) implements Decoded {}

  /** Not a message that can be understood. */
  record Malformed(Reason reason) implements Decoded {}

  /** Why a datagram is no message. */
  enum Reason {
    /** Shorter than the fixed part with its cookie, 240 bytes. */
    TOO_SHORT,
    /** Longer than {@link DhcpCodec#MAX_BYTES}. */
    TOO_LONG,
    /** Neither request nor reply. */
    BAD_OPERATION,
    /** Hardware address longer than its field. */
    BAD_HARDWARE_LENGTH,
    /** The options do not begin with 99.130.83.99 (RFC 2131 §3). */
    BAD_COOKIE,
    /** An option reaches beyond its field. */
    TRUNCATED_OPTION,
    /** An option of fixed length has another one. */
    BAD_OPTION_LENGTH,
    /** Option 52 with a value other than 1 to 3, or within an overloaded field. */
    BAD_OVERLOAD
  }
}
