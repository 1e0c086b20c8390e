package io.cade.proxy.tls;

import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.jspecify.annotations.Nullable;

/**
 * The authority's word, to be shown with the certificate, that it is not revoked (RFC 6960, RFC
 * 6066 §8). It comes with the chain as one more PEM block, {@code OCSP RESPONSE}. Immutable.
 */
final class Staple {
  private static final String BEGIN = "-----BEGIN OCSP RESPONSE-----";
  private static final String END = "-----END OCSP RESPONSE-----";

  private final byte[] response;
  private final Instant from;
  private final @Nullable Instant until;

  private Staple(byte[] response, Instant from, @Nullable Instant until) {
    this.response = response;
    this.from = from;
    this.until = until;
  }

  /**
   * The response beside a chain, null when there is none.
   *
   * @throws IllegalArgumentException when it is there and no good
   */
  static @Nullable Staple in(String pem) {
    int begin = pem.indexOf(BEGIN);
    int end = pem.indexOf(END, Math.max(begin, 0));
    if (begin < 0 || end < 0) {
      return null;
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
      OCSPResp parsed = new OCSPResp(der);
      if (parsed.getStatus() == OCSPResp.SUCCESSFUL
          && parsed.getResponseObject() instanceof BasicOCSPResp basic
          && basic.getResponses().length == 1) {
        SingleResp single = basic.getResponses()[0];
        Date next = single.getNextUpdate();
        return new Staple(
            der, single.getThisUpdate().toInstant(), next == null ? null : next.toInstant());
      }
      throw new IllegalArgumentException("its OCSP response is not a successful one");
    } catch (IOException | OCSPException e) {
      throw new IllegalArgumentException("its OCSP response cannot be read", e);
    }
  }

  /** Whether it still says something: a visitor who is shown an old one gives up. */
  boolean isCurrent(Instant now) {
    return !now.isBefore(from) && (until == null || now.isBefore(until));
  }

  byte[] response() {
    return response;
  }
}
