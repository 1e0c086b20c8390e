package io.cade.mib.snmp;

import java.nio.charset.StandardCharsets;

/**
 * A user of SNMPv3 with the security level authPriv: HMAC-SHA-256 (RFC 7860) and AES-128 (RFC
 * 3826).
 *
 * @param name user name, 1 to 32 octets (RFC 3414 section 5)
 * @param authPassphrase at least 8 octets (RFC 3414 section 11.2)
 * @param privPassphrase at least 8 octets
 */
public record SnmpUser(String name, String authPassphrase, String privPassphrase) {
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

  private static int octets(String s) {
    return s.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Without the passphrases. */
  @Override
  public String toString() {
    return "SnmpUser[" + name + "]";
  }
}
