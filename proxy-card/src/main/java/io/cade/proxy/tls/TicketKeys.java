package io.cade.proxy.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys of session tickets, one set for all sites and event loops (RFC 5077 §5.5, RFC 8446 §4.6.1):
 * so a visitor may resume on whichever loop his next connection falls. Whoever has such a key can
 * read TLS 1.2 sessions resumed under it; hence they live in memory only, and not long. Owned by
 * whoever owns the certificates.
 */
final class TicketKeys {
  /** The newest makes tickets; the one before is still understood. */
  private static final int KEPT = 2;

  private final SecureRandom random = new SecureRandom();
  private final List<OpenSslSessionTicketKey> keys = new ArrayList<>();

  TicketKeys() {
    rotate();
  }

  /** Makes tickets with a new key from now on. */
  void rotate() {
    keys.addFirst(
        new OpenSslSessionTicketKey(
            bytes(OpenSslSessionTicketKey.NAME_SIZE),
            bytes(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
            bytes(OpenSslSessionTicketKey.AES_KEY_SIZE)));
    if (keys.size() > KEPT) {
      keys.removeLast();
    }
  }

  OpenSslSessionTicketKey[] all() {
    return keys.toArray(OpenSslSessionTicketKey[]::new);
  }

  private byte[] bytes(int length) {
    byte[] made = new byte[length];
    random.nextBytes(made);
    return made;
  }
}
