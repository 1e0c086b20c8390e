package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import java.nio.charset.StandardCharsets;

/**
 * A user of SNMPv3 with the security level authPriv.
 *
 * @param name user name, 1 to 32 octets (RFC 3414 section 5)
 * @param role what it may do
 * @param auth how messages are authenticated
 * @param authPassphrase at least 8 octets (RFC 3414 section 11.2)
 * @param priv how messages are encrypted
 * @param privPassphrase at least 8 octets
 */
public record SnmpUser(
    String name,
    ManagerRole role,
    Auth auth,
    String authPassphrase,
    Priv priv,
    String privPassphrase) {

  /** Authentication protocols (RFC 7860). */
  public enum Auth {
    SHA_256,
    SHA_512
  }

  /** Privacy protocols: RFC 3826, and its 256-bit form as net-snmp and others have it. */
  public enum Priv {
    AES_128,
    AES_256
  }

  public SnmpUser {
    int length = octets(name);
    if (length < 1 || length > 32) {
      throw new IllegalArgumentException("an SNMPv3 user name has 1 to 32 octets, not " + length);
    }
    if (octets(authPassphrase) < 8 || octets(privPassphrase) < 8) {
      throw new IllegalArgumentException(
          "the passphrases of SNMPv3 user " + name + " need at least 8 octets each");
    }
  }

  /** An operator with HMAC-SHA-256 and AES-128. */
  public SnmpUser(String name, String authPassphrase, String privPassphrase) {
    this(name, ManagerRole.OPERATOR, Auth.SHA_256, authPassphrase, Priv.AES_128, privPassphrase);
  }

  private static int octets(String s) {
    return s.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Without the passphrases. */
  @Override
  public String toString() {
    return "SnmpUser[" + name + ", " + role + ", " + auth + ", " + priv + "]";
  }
}
