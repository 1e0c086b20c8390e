package io.cade.engine.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a card's certificate, and of who uses it, beside its number.
 *
 * @param endsAt when it ends, or null if that is not known
 * @param nextSerial number of the certificate that was issued to follow it and was not used yet;
 *     both count until then. Empty when there is none
 * @param nextEndsAt when that one ends
 * @param boots the card's boots that others have followed; null when there are none, as in what
 *     earlier versions wrote
 */
public record CardCertificate(
    @Nullable Instant endsAt,
    String nextSerial,
    @Nullable Instant nextEndsAt,
    @Nullable BootHistory boots) {

  /** One that has no successor yet; null when there is nothing to know. */
  private static @Nullable CardCertificate ending(
      @Nullable Instant endsAt, @Nullable BootHistory boots) {
    return endsAt == null && boots == null ? null : new CardCertificate(endsAt, "", null, boots);
  }

  /**
   * The card after it has enrolled. Its boots are not forgotten: two machines that both enrol again
   * and again are two machines still.
   */
  static Card after(Card card, Change.CardEnrolled change) {
    Card seated = card.withMac(change.mac());
    return seated.withCertificate(
        change.certificateSerial(), ending(change.endsAt(), boots(seated.certificate())));
  }

  /** The card after a change to its certificate. */
  static Card after(Card card, Change.CertificateChange change, Instant at) {
    CardCertificate known = card.certificate();
    return switch (change) {
      case Change.CertificateChange.Renewed c ->
          card.withCertificate(
              card.certificateSerial(),
              new CardCertificate(
                  known == null ? null : known.endsAt(), c.nextSerial(), c.endsAt(), boots(known)));
      case Change.CertificateChange.Proven c ->
          known != null && known.nextSerial().equals(c.serial())
              ? card.withCertificate(c.serial(), ending(known.nextEndsAt(), known.boots()))
              : card;
      case Change.CertificateChange.Revoked _ -> card.withCertificate("", null);
      case Change.CertificateChange.BootReturned _ ->
          card.withCertificate(
              card.certificateSerial(), with(known, BootHistory.of(card).returnedAt(at)));
      case Change.CertificateChange.BootsForgotten _ ->
          card.withCertificate(
              card.certificateSerial(),
              known == null || (known.endsAt() == null && known.nextSerial().isEmpty())
                  ? null
                  : with(known, null));
    };
  }

  /** What is known of the certificate after another boot of the card was accepted. */
  static @Nullable CardCertificate followed(Card card, String boot) {
    return card.bootId().isEmpty() || card.bootId().equals(boot)
        ? card.certificate()
        : with(card.certificate(), BootHistory.of(card).followed(card.bootId(), boot));
  }

  private static CardCertificate with(
      @Nullable CardCertificate known, @Nullable BootHistory boots) {
    return known == null
        ? new CardCertificate(null, "", null, boots)
        : new CardCertificate(known.endsAt(), known.nextSerial(), known.nextEndsAt(), boots);
  }

  private static @Nullable BootHistory boots(@Nullable CardCertificate known) {
    return known == null ? null : known.boots();
  }
}
