package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.EnrolRequest;
import io.cade.agent.wire.Introduction;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.BootHistory;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.pki.PeerIdentity;
import java.util.ArrayList;
import java.util.List;

/** Whether a peer is who it says, and what an introduction changes. Pure. */
final class PeerRules {
  private PeerRules() {}

  /** The card to which a certificate belongs now; any other certificate counts for nothing. */
  static Card requireCard(Cabinet cabinet, PeerIdentity peer, CardPosition claimed) throws Refusal {
    CardPosition at = peer.position();
    if (!at.equals(claimed)) {
      throw notAllowed("the certificate is of card " + at + ", the message of card " + claimed);
    }
    Card card = cabinet.cards().get(at);
    if (card == null || !card.isCertified(peer.serial())) {
      throw notAllowed(
          "this certificate is not the one on record for card " + at + ": enrol again");
    }
    if (card.state() == CardState.QUARANTINED) {
      throw notAllowed("card " + at + " is locked away: " + card.cause());
    }
    return card;
  }

  /** Enrolment is for the card that sits in the slot, as seen when it asked for its address. */
  static void requireSeated(Cabinet cabinet, EnrolRequest request) throws Refusal {
    Card card = cabinet.cards().get(request.position());
    if (card == null || !request.mac().equals(card.mac())) {
      throw notAllowed(
          "card "
              + request.mac()
              + " was not seen in slot "
              + request.position()
              + ": it has to ask for its address there first");
    }
    if (card.state() == CardState.QUARANTINED) {
      throw notAllowed("card " + request.position() + " is locked away: " + card.cause());
    }
  }

  /** What changes when a card introduces itself; nothing when it said the same before. */
  static List<Change> introduce(Cabinet cabinet, PeerIdentity peer, Introduction said)
      throws Refusal {
    Card card = requireCard(cabinet, peer, said.position());
    if (said.role() != card.role()) {
      throw notAllowed(
          "card " + card.position() + " is a " + card.role() + ", not a " + said.role());
    }
    if (!said.hardware().mac().equals(card.mac())) {
      throw notAllowed(
          "card "
              + card.position()
              + " was seated with MAC "
              + card.mac()
              + ", not "
              + said.hardware().mac());
    }
    if (said.bootId().isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "the boot id is empty");
    }
    if (!said.bootId().equals(card.bootId())
        && BootHistory.of(card).former().contains(said.bootId())) {
      // Its successor was accepted after this one had been judged.
      throw followed(card.position());
    }
    List<Change> changes = new ArrayList<>();
    boolean newBoot = !card.bootId().equals(said.bootId());
    if (newBoot
        || !said.hardware().equals(card.hardware())
        || !said.software().equals(card.software())) {
      changes.add(
          new Change.CardIntroduced(
              card.position(), said.role(), said.bootId(), said.hardware(), said.software()));
    }
    if (newBoot) {
      changes.addAll(Restarts.made(cabinet, card.position()));
    }
    if (newBoot || !card.state().isAlive()) {
      become(card, target(cabinet, card), changes);
    }
    return changes;
  }

  /** A boot that another one has followed does not come back. */
  static Refusal followed(CardPosition at) {
    return new Refusal(
        Refusal.Kind.CONFLICT,
        "this boot of card " + at + " was followed by another one: only the newest counts");
  }

  /** A card of the management chassis is assigned to its role by being what it is. */
  private static CardState target(Cabinet cabinet, Card card) {
    boolean bound =
        cabinet.servicesOn(card.position()).stream()
            .anyMatch(s -> s.phase() != ServicePhase.REMOVING);
    return card.role() != CardRole.SERVER || bound ? CardState.ASSIGNED : CardState.AVAILABLE;
  }

  private static void become(Card card, CardState state, List<Change> changes) {
    if (card.state() == state) {
      return;
    }
    if (!card.state().mayBecome(state)) {
      if (!card.state().mayBecome(CardState.BOOTING)) {
        return;
      }
      changes.add(
          new Change.CardStateChanged(
              card.position(), CardState.BOOTING, "its boot was not noticed"));
    }
    changes.add(new Change.CardStateChanged(card.position(), state, "introduced itself"));
  }

  private static Refusal notAllowed(String message) {
    return new Refusal(Refusal.Kind.NOT_ALLOWED, message);
  }
}
