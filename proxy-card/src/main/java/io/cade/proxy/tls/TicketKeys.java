package io.cade.proxy.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Keys of session tickets, one set for all sites and event loops (RFC 5077 §5.5, RFC 8446 §4.6.1):
 * so a visitor may resume on whichever loop his next connection falls. The engine gives all proxies
 * the same, so that he may also resume at whichever proxy; a proxy that has none from it, or none
 * any more, makes its own. Whoever has such a key can read TLS 1.2 sessions resumed under it; hence
 * they live in memory only, and not long. Owned by whoever owns the certificates.
 */
final class TicketKeys {
  /** The newest makes tickets; the one before is still understood. */
  private static final int KEPT = 2;

  /** So often the keys given may outlive the time for a change before own ones replace them. */
  private static final int PATIENCE = 4;

  private static final int NAME = OpenSslSessionTicketKey.NAME_SIZE;
  private static final int HMAC = OpenSslSessionTicketKey.HMAC_KEY_SIZE;
  private static final int AES = OpenSslSessionTicketKey.AES_KEY_SIZE;

  private final SecureRandom random = new SecureRandom();
  private final List<OpenSslSessionTicketKey> keys = new ArrayList<>();
  private List<String> given = List.of();
  private int outlived;

  TicketKeys() {
    rotate();
  }

  /** Makes tickets with a new key from now on, unless the engine sees to that. */
  void rotate() {
    if (!given.isEmpty() && outlived < PATIENCE) {
      outlived++;
      return;
    }
    byte[] made = new byte[NAME + HMAC + AES];
    random.nextBytes(made);
    keys.addFirst(key(made));
    while (keys.size() > KEPT) {
      keys.removeLast();
    }
  }

  /**
   * Uses the engine's keys.
   *
   * @param base64 the first one makes tickets; none: nothing changes
   * @return whether that was a change
   * @throws IllegalArgumentException when one is no such key; then nothing changes
   */
  boolean use(List<String> base64) {
    if (base64.isEmpty() || base64.equals(given)) {
      return false;
    }
    List<OpenSslSessionTicketKey> next = new ArrayList<>();
    for (String text : base64) {
      byte[] bytes = Base64.getDecoder().decode(text);
      if (bytes.length != NAME + HMAC + AES) {
        throw new IllegalArgumentException("a ticket key of " + bytes.length + " bytes");
      }
      next.add(key(bytes));
    }
    if (given.isEmpty()) {
      next.add(keys.getFirst()); // tickets made before the engine was heard are still good
    }
    keys.clear();
    keys.addAll(next);
    given = List.copyOf(base64);
    outlived = 0;
    return true;
  }

  private static OpenSslSessionTicketKey key(byte[] bytes) {
    return new OpenSslSessionTicketKey(
        Arrays.copyOfRange(bytes, 0, NAME),
        Arrays.copyOfRange(bytes, NAME, NAME + HMAC),
        Arrays.copyOfRange(bytes, NAME + HMAC, NAME + HMAC + AES));
  }

  OpenSslSessionTicketKey[] all() {
    return keys.toArray(OpenSslSessionTicketKey[]::new);
  }
}
