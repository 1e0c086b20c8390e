package io.cade.agent.wire;

/**
 * A card asks, with the certificate that it has, for the one that is to follow it.
 *
 * @param certificateRequestPem PKCS #10 request (RFC 2986) in PEM, for a new key
 */
public record RenewRequest(CardPosition position, String certificateRequestPem) {
  public RenewRequest {
    Limits.text("certificateRequestPem", certificateRequestPem, 16384);
  }
}
