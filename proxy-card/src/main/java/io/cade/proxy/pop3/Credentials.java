package io.cade.proxy.pop3;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A login as it is replayed at the card. One character a byte.
 *
 * @param user as the visitor gave it
 */
record Credentials(String user, String password) {
  /**
   * Reads the response of SASL PLAIN (RFC 4616 §2): authorization identity, NUL, authentication
   * identity, NUL, password.
   *
   * @return null when it is none, when it asks to act for another user, or when it holds what would
   *     be a second command at the card
   */
  static @Nullable Credentials ofPlain(String base64) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return null;
    }
    String[] parts = new String(bytes, StandardCharsets.ISO_8859_1).split("\0", -1);
    if (parts.length != 3
        || parts[1].isEmpty()
        || parts[1].indexOf(' ') >= 0
        || parts[2].isEmpty()
        || !(parts[0].isEmpty() || parts[0].equals(parts[1]))) {
      return null;
    }
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
        return null;
      }
    }
    return new Credentials(parts[1], parts[2]);
  }

  /** Without the password, so that it may be logged. */
  @Override
  public String toString() {
    return "Credentials[" + user + "]";
  }
}
