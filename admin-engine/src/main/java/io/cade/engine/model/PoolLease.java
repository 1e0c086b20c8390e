package io.cade.engine.model;

import io.cade.agent.wire.MacAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An address of a dynamic pool that a machine without a slot holds, or that nobody may have for a
 * time because somebody else was found using it (RFC 2131 §4.3.3). An expired one stays on record,
 * so that the same client gets the same address again, until another client needs the address.
 *
 * @param address IPv4 address in dotted form
 * @param client identity of the holder: {@code id 01aabb…} (option 61, hexadecimal) or {@code mac
 *     02:…}; empty for a locked address; at most {@value #MAX_CLIENT} characters
 * @param mac of the holder, absent for a locked address
 * @param hostName as the client gave it (option 12), printable ASCII, often empty; at most {@value
 *     #MAX_HOST_NAME} characters
 * @param grantedAt when it was last granted, or locked
 */
public record PoolLease(
    String address,
    State state,
    String client,
    @Nullable MacAddress mac,
    String hostName,
    Instant grantedAt,
    Instant expiresAt) {
  /** What the address is kept for. */
  public enum State {
    GRANTED,
    /** Declined by its holder, or found in use: not offered before it expires. */
    LOCKED
  }

  public static final int MAX_CLIENT = 520;
  public static final int MAX_HOST_NAME = 64;

  public PoolLease {
    if (client.length() > MAX_CLIENT || hostName.length() > MAX_HOST_NAME) {
      throw new IllegalArgumentException(
          "client identity at most " + MAX_CLIENT + ", host name " + MAX_HOST_NAME + " characters");
    }
    if ((state == State.GRANTED) == client.isEmpty()) {
      throw new IllegalArgumentException("a granted lease has a client, a locked address none");
    }
    number(address);
  }

  /** The address as an unsigned number of 32 bits, by which pool leases are ordered. */
  public long number() {
    return number(address);
  }

  /** Whether it keeps others from the address. */
  public boolean isActive(Instant now) {
    return expiresAt.isAfter(now);
  }

  /**
   * The dotted form as a number.
   *
   * @throws IllegalArgumentException when it is no IPv4 address
   */
  public static long number(String address) {
    long number = 0;
    int octet = -1;
    int dots = 0;
    for (int i = 0; i < address.length(); i++) {
      char c = address.charAt(i);
      if (c == '.' && octet >= 0) {
        number = number << 8 | octet;
        octet = -1;
        dots++;
      } else if (c >= '0' && c <= '9' && octet <= 25) {
        octet = Math.max(octet, 0) * 10 + c - '0';
      } else {
        octet = 256;
        break;
      }
    }
    if (dots != 3 || octet < 0 || octet > 255 || number > 0xff_ffff) {
      throw new IllegalArgumentException("not an IPv4 address: '" + address + "'");
    }
    return number << 8 | octet;
  }
}
