package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Introduction;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.BootHistory;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Lease;
import io.cade.engine.pki.PeerIdentity;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at who uses a card's certificate, before what he says is heard: from where, after which
 * boot, with which hardware. A certificate that two machines use is worth nothing to either (SPEC
 * A3). Thread-safe.
 */
final class IdentityGuard {
  private static final Logger log = LoggerFactory.getLogger(IdentityGuard.class);

  private final ChangeWriter writer;
  private final AccessAudit audit;
  private final InstantSource clock;
  private final Function<CardPosition, String> addressOf;

  /**
   * @param addressOf internal address of a card, empty where addresses are not looked at
   */
  IdentityGuard(
      ChangeWriter writer,
      AccessAudit audit,
      InstantSource clock,
      Function<CardPosition, String> addressOf) {
    this.writer = writer;
    this.audit = audit;
    this.clock = clock;
    this.addressOf = addressOf;
  }

  /**
   * Lets pass who uses a certificate that counts from the card's own address; a certificate used
   * for the first time then replaces the one before.
   */
  void admit(PeerIdentity peer) throws Refusal {
    Cabinet cabinet = writer.current();
    CardPosition at = peer.position();
    Card card = cabinet.cards().get(at);
    if (card == null || !card.isCertified(peer.serial())) {
      return; // the rules refuse it
    }
    if (!isOwnAddress(cabinet, at, peer.address())) {
      String why =
          "its certificate was used from "
              + peer.address()
              + ", the card's address is "
              + addressOf.apply(at);
      audit.refused(at, "use the card's certificate from " + peer.address());
      throw locked(at, why);
    }
    if (!peer.serial().equals(card.certificateSerial())) {
      submit(
          "take over the renewed certificate of card " + at,
          now -> {
            Card known = now.cards().get(at);
            return known == null
                    || !known.isCertified(peer.serial())
                    || known.certificateSerial().equals(peer.serial())
                ? List.of()
                : List.of(new Change.CertificateChange.Proven(at, peer.serial()));
          });
    }
  }

  /** Whether somebody who enrols for a slot speaks from there. */
  void requireOwnAddress(CardPosition at, String address) throws Refusal {
    if (!isOwnAddress(writer.current(), at, address)) {
      audit.refusedFrom(address, at, "enrol from " + address);
      throw new Refusal(
          Refusal.Kind.NOT_ALLOWED,
          "card " + at + " enrols from its own address " + addressOf.apply(at) + " only");
    }
  }

  private boolean isOwnAddress(Cabinet cabinet, CardPosition at, String address) {
    String own = addressOf.apply(at);
    // A lease of before the network was configured anew is the card's own, too.
    return own.isEmpty()
        || address.isEmpty()
        || address.equals(own)
        || cabinet.lease(at).map(Lease::address).filter(address::equals).isPresent();
  }

  /** Judges an introduction whose certificate counts. */
  void introduces(PeerIdentity peer, Introduction said) throws Refusal {
    Cabinet cabinet = writer.current();
    CardPosition at = peer.position();
    Card card = cabinet.cards().get(at);
    if (card == null || !card.isCertified(peer.serial()) || !said.position().equals(at)) {
      return;
    }
    if (card.mac() != null && !said.hardware().mac().equals(card.mac())) {
      throw locked(
          at,
          "its certificate is used by the hardware "
              + said.hardware().mac()
              + ", the card in the slot is "
              + card.mac());
    }
    Instant now = clock.instant();
    switch (BootHistory.of(card).judge(said.bootId(), card.bootId(), now)) {
      case FINE -> {}
      case RETURNED -> {
        noteReturn(at, said.bootId(), now);
        throw PeerRules.followed(at);
      }
      case CLONED ->
          throw locked(
              at, "two machines use its identity: a boot came back that another one had followed");
    }
  }

  /** Durable, so that the second return is found after a restart of the engine, too. */
  private void noteReturn(CardPosition at, String boot, Instant when) {
    submit(
        "note that a boot of card " + at + " came back",
        now -> {
          Card card = now.cards().get(at);
          return card != null
                  && BootHistory.of(card).former().contains(boot)
                  && BootHistory.of(card).isNews(when)
              ? List.of(new Change.CertificateChange.BootReturned(at, boot))
              : List.of();
        });
  }

  /** Locks the card away; the refusal says that it is. */
  private Refusal locked(CardPosition at, String why) {
    submit(
        "lock card " + at,
        now -> {
          Card card = now.cards().get(at);
          // A management card that is locked away would take all visitors with it.
          return card == null || card.certificateSerial().isEmpty()
              ? List.of()
              : at.isManagement()
                  ? alarmOnly(now, card, why)
                  : IdentityLock.lockCloned(now, card, why);
        });
    return new Refusal(Refusal.Kind.NOT_ALLOWED, "card " + at + " is not believed: " + why);
  }

  private static List<Change> alarmOnly(Cabinet now, Card card, String why) {
    List<Change> changes = new ArrayList<>();
    for (Change change : IdentityLock.lockCloned(now, card, why)) {
      if (change instanceof Change.AlarmRaised) {
        changes.add(change);
      }
    }
    if (!BootHistory.of(card).former().isEmpty()) {
      // Whichever of the two speaks next has its turn.
      changes.add(new Change.CertificateChange.BootsForgotten(card.position()));
    }
    return changes;
  }

  private interface Rule {
    List<Change> apply(Cabinet cabinet);
  }

  private void submit(String what, Rule rule) {
    var _ =
        writer
            .submit((cabinet, _) -> new Decision<>(rule.apply(cabinet), true))
            .exceptionally(e -> {
              log.error("cannot {}", what, e);
              return false;
            });
  }
}
