package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.security.auth.x500.X500Principal;

/**
 * A user of SNMPv3 over TLS (RFC 6353): who shows the right certificate is this user, with the
 * security level authPriv.
 *
 * @param name security name, 1 to 32 octets, as of users with passphrases
 * @param role what it may do
 * @param proof by what it is known
 */
public record SnmpTlsUser(String name, ManagerRole role, Proof proof) {

  /** By what a user is known. */
  public sealed interface Proof {}

  /**
   * This one certificate, whoever issued it (tlstmCertSpecified).
   *
   * @param sha256 of the certificate in DER: 64 lower-case hexadecimal digits
   */
  public record Fingerprint(String sha256) implements Proof {
    public Fingerprint {
      if (!sha256.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException("a SHA-256 fingerprint has 64 hexadecimal digits");
      }
    }

    /**
     * Reads the forms in which programs print it: with or without colons, either case.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Fingerprint parse(String text) {
      return new Fingerprint(text.replace(":", "").strip().toLowerCase(Locale.ROOT));
    }

    /** Of a SHA-256 digest. */
    static Fingerprint of(byte[] digest) {
      return new Fingerprint(HexFormat.of().formatHex(digest));
    }
  }

  /**
   * Any certificate with this subject that one of these authorities issued.
   *
   * @param subject the whole distinguished name
   * @param issuers 1 to 16
   */
  public record Issued(X500Principal subject, List<X509Certificate> issuers) implements Proof {
    public Issued {
      issuers = List.copyOf(issuers);
      if (issuers.isEmpty() || issuers.size() > 16) {
        throw new IllegalArgumentException("a subject needs 1 to 16 issuers");
      }
    }

    @Override
    public String toString() {
      return "Issued[" + subject + "]";
    }
  }

  public SnmpTlsUser {
    int length = Security.octets(name).length();
    if (length < 1 || length > 32) {
      throw new IllegalArgumentException("an SNMPv3 user name has 1 to 32 octets, not " + length);
    }
  }
}
