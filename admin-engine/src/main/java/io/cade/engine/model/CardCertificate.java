package io.cade.engine.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a card's certificate beside its number.
 *
 * @param endsAt when it ends, or null if that is not known
 * @param nextSerial number of the certificate that was issued to follow it and was not used yet;
 *     both count until then. Empty when there is none
 * @param nextEndsAt when that one ends
 */
public record CardCertificate(
    @Nullable Instant endsAt, String nextSerial, @Nullable Instant nextEndsAt) {
  /** One that has no successor yet. */
  static @Nullable CardCertificate ending(@Nullable Instant endsAt) {
    return endsAt == null ? null : new CardCertificate(endsAt, "", null);
  }

  /** The card after a change to its certificate. */
  static Card after(Card card, Change.CertificateChange change) {
    CardCertificate known = card.certificate();
    return switch (change) {
      case Change.CertificateChange.Renewed c ->
          card.withCertificate(
              card.certificateSerial(),
              new CardCertificate(
                  known == null ? null : known.endsAt(), c.nextSerial(), c.endsAt()));
      case Change.CertificateChange.Proven c ->
          known != null && known.nextSerial().equals(c.serial())
              ? card.withCertificate(c.serial(), ending(known.nextEndsAt()))
              : card;
      case Change.CertificateChange.Revoked _ -> card.withCertificate("", null);
    };
  }
}
