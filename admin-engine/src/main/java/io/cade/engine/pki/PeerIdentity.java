package io.cade.engine.pki;

import io.cade.agent.wire.CardPosition;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Who a card is by its certificate, which the transport has verified against the module's
 * authority.
 *
 * @param serial of the certificate, lower-case hexadecimal; the model knows the one that counts
 * @param address from which it speaks, in numbers; empty when that is not known
 */
public record PeerIdentity(CardPosition position, String serial, String address) {
  static final String URI_PREFIX = "urn:cade:card:";
  private static final int SAN_URI = 6;

  /** One whose address is not known. */
  public PeerIdentity(CardPosition position, String serial) {
    this(position, serial, "");
  }

  /** The same, at an address. */
  public PeerIdentity at(String where) {
    return new PeerIdentity(position, serial, where);
  }

  /**
   * Reads the position from the subject alternative name {@code urn:cade:card:1.3}; the common name
   * is for people.
   *
   * @throws CertificateException when it is not a card's certificate
   */
  public static PeerIdentity of(X509Certificate certificate) throws CertificateException {
    var names = certificate.getSubjectAlternativeNames();
    List<String> cards = new ArrayList<>();
    if (names != null) {
      for (List<?> name : names) {
        if (name.get(0).equals(SAN_URI)
            && name.get(1) instanceof String uri
            && uri.startsWith(URI_PREFIX)) {
          cards.add(uri.substring(URI_PREFIX.length()));
        }
      }
    }
    if (cards.size() != 1) {
      throw new CertificateException(
          "not a card's certificate: " + certificate.getSubjectX500Principal());
    }
    try {
      return new PeerIdentity(CardPosition.parse(cards.getFirst()), serialOf(certificate));
    } catch (IllegalArgumentException e) {
      throw new CertificateException("not a card's certificate: " + e.getMessage(), e);
    }
  }

  /** The serial number as the model records it. */
  public static String serialOf(X509Certificate certificate) {
    return certificate.getSerialNumber().toString(16);
  }
}
