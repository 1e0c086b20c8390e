package io.cade.agent.gateway;

import io.cade.agent.core.Standing;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
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
  /** When a third of the certificate's life is left; null when there is no certificate. */
  public @Nullable Instant renewFrom() {
    return certificate == null ? null : certificate.getNotAfter().toInstant().minus(part(3));
  }

  /** By when the certificate should have been renewed; null when there is none. */
  public @Nullable Instant renewUntil() {
    return certificate == null ? null : certificate.getNotAfter().toInstant().minus(part(4));
  }

  /** The time in which the certificate is to be renewed; null when there is none. */
  public Standing.@Nullable Renewal renewal() {
    Instant from = renewFrom();
    Instant until = renewUntil();
    return from == null || until == null ? null : new Standing.Renewal(from, until);
  }

  private Duration part(int share) {
    return certificate == null
        ? Duration.ZERO
        : Duration.between(
                certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant())
            .dividedBy(share);
  }

  /** Without the key, so that the record may be logged. */
  @Override
  public String toString() {
    return "CardIdentity["
        + (certificate == null ? "no certificate" : certificate.getSubjectX500Principal())
        + "]";
  }
}
