package io.cade.agent.gateway;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * What a card authenticates itself with, and whom it believes.
 *
 * @param authority certificate of the module's authority, the only one trusted
 * @param key the card's private key (EC P-256)
 * @param certificate the card's certificate; absent before enrolment
 */
public record CardIdentity(
    X509Certificate authority, PrivateKey key, @Nullable X509Certificate certificate) {
  /** Without the key, so that the record may be logged. */
  @Override
  public String toString() {
    return "CardIdentity["
        + (certificate == null ? "no certificate" : certificate.getSubjectX500Principal())
        + "]";
  }
}
