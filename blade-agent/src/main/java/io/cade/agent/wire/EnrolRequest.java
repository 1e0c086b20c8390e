package io.cade.agent.wire;

/**
 * A card asks for its certificate, once (DESIGN §7).
 *
 * @param secret the one-time secret of the card's boot tree
 * @param certificateRequestPem PKCS #10 request (RFC 2986) in PEM
 */
public record EnrolRequest(
    CardPosition position, MacAddress mac, String secret, String certificateRequestPem) {
  public EnrolRequest {
    Limits.text("secret", secret, 128);
    Limits.text("certificateRequestPem", certificateRequestPem, 16384);
  }

  /** Without the secret, so that the record may be logged. */
  @Override
  public String toString() {
    return "EnrolRequest[" + position + ", " + mac + "]";
  }
}
