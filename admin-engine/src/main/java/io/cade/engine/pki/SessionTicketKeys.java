package io.cade.engine.pki;

import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Keys with which all proxies make and understand TLS session tickets (RFC 5077 §5.5, RFC 8446
 * §4.6.1): a visitor who comes back through the balancer resumes at whichever proxy he gets. Kept
 * in memory only, because who has them can read TLS 1.2 connections resumed under them: after a new
 * start of the engine each visitor has one full handshake more. Thread-safe.
 *
 * <p>The key that will be next is known to the proxies before any of them uses it: so none gets a
 * ticket from a proxy that heard of the change a moment earlier and cannot read it.
 */
public final class SessionTicketKeys {
  /** Name, HMAC key and AES key of 16 bytes each, as BoringSSL has them. */
  private static final int BYTES = 48;

  private final RandomGenerator random;

  /** In use, the next one, the one before. */
  private volatile List<String> keys;

  /**
   * @param random a cryptographically strong one
   */
  public SessionTicketKeys(RandomGenerator random) {
    this.random = random;
    this.keys = List.of(make(), make());
  }

  /** In Base64; tickets are made with the first. */
  public List<String> current() {
    return keys;
  }

  /** The next key takes over; tickets made with the present one are good until the next time. */
  public synchronized void rotate() {
    keys = List.of(keys.get(1), make(), keys.get(0));
  }

  private String make() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
