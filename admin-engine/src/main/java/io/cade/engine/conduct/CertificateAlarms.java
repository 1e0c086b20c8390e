package io.cade.engine.conduct;

import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardCertificate;
import java.time.Duration;
import java.time.Instant;

/**
 * Cards whose certificate ends soon: agents, proxies and balancers renew theirs long before, at the
 * latest when a quarter of its life is left, so that one with less than {@link #BEFORE} could not
 * be renewed for a month. Pure.
 *
 * <p>Of cards that live only: one that is away has an alarm of its own, and enrols anew if its
 * certificate has ended when it comes back.
 */
final class CertificateAlarms {
  /** So long before a card's certificate ends somebody is told. */
  static final Duration BEFORE = Duration.ofDays(60);

  private CertificateAlarms() {}

  static void apply(Cabinet cabinet, DueAlarms due, Instant now) {
    for (Card card : cabinet.cards().values()) {
      CardCertificate certificate = card.certificate();
      Instant end = certificate == null ? null : certificate.endsAt();
      if (end == null || card.certificateSerial().isEmpty() || now.isBefore(end.minus(BEFORE))) {
        continue;
      }
      AlarmKey key = new AlarmKey(AlarmType.CERTIFICATE_ENDING, "card " + card.position());
      // One that restarts for want of a certificate is not to clear it.
      if (card.state().isAlive() || cabinet.alarms().containsKey(key)) {
        due.add(
            key,
            (now.isBefore(end)
                        ? "the certificate of %s card %s ends at "
                        : "the certificate of %s card %s has ended at ")
                    .formatted(card.role(), card.position())
                + end
                + " and was not renewed; look at the card's log for why, then restart its agent or"
                + " proxy");
      }
    }
  }
}
