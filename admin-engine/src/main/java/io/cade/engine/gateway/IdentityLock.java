package io.cade.engine.gateway;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import java.util.ArrayList;
import java.util.List;

/**
 * What changes when a card's identity cannot be believed any more, or can again. Pure.
 *
 * <p>A card that is locked away has no certificate on record and the state QUARANTINED: it is told
 * nothing, gets no package and no address, and only an operator lets it enrol again.
 */
public final class IdentityLock {
  private IdentityLock() {}

  /** The alarm of a card whose identity is used twice. */
  public static AlarmKey cloned(CardPosition at) {
    return new AlarmKey(AlarmType.IDENTITY_CLONED, "card " + at);
  }

  /** Two machines use the identity: neither is believed until somebody has decided. */
  static List<Change> lockCloned(Cabinet cabinet, Card card, String why) {
    List<Change> changes = new ArrayList<>();
    if (card.state() == CardState.QUARANTINED) {
      return changes;
    }
    AlarmKey alarm = cloned(card.position());
    if (!cabinet.alarms().containsKey(alarm)) {
      changes.add(
          new Change.AlarmRaised(
              alarm,
              alarm.type().severity(),
              why
                  + "; find the other machine, then ./cade card trust "
                  + card.position()
                  + " lets the card in the slot enrol anew"));
    }
    lock(cabinet, card, why, changes);
    changes.add(new Change.Audited("engine", "lock card " + card.position(), why));
    return changes;
  }

  /**
   * An operator withdraws the card's certificate.
   *
   * @throws Refusal CONFLICT when it has none
   */
  public static List<Change> revoke(Cabinet cabinet, Card card, String why) throws Refusal {
    if (card.certificateSerial().isEmpty() && card.state() == CardState.QUARANTINED) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "card " + card.position() + " has no certificate and is locked away: " + card.cause());
    }
    List<Change> changes = new ArrayList<>();
    lock(cabinet, card, why, changes);
    return changes;
  }

  private static void lock(Cabinet cabinet, Card card, String why, List<Change> changes) {
    CardPosition at = card.position();
    changes.add(new Change.CertificateChange.Revoked(at, why));
    for (Command waiting : cabinet.queue(at).waiting()) {
      changes.add(
          new Change.CommandFinished(at, waiting.id(), true, "void: the card is locked away"));
    }
    // An empty slot or a card without power is not locked: the identity counts no more all the
    // same, and whatever sits there next has to enrol.
    if (card.state() != CardState.ABSENT
        && card.state() != CardState.OFF
        && card.state().mayBecome(CardState.QUARANTINED)) {
      changes.add(new Change.CardStateChanged(at, CardState.QUARANTINED, why));
    }
  }

  /**
   * Somebody has made sure that the right card sits in the slot: it may enrol again.
   *
   * @throws Refusal CONFLICT when the card is not locked away
   */
  public static List<Change> trust(Cabinet cabinet, Card card, String by) throws Refusal {
    CardPosition at = card.position();
    if (card.state() != CardState.QUARANTINED) {
      throw new Refusal(
          Refusal.Kind.CONFLICT, "card " + at + " is not locked away, it is " + card.state());
    }
    List<Change> changes = new ArrayList<>();
    changes.add(new Change.CertificateChange.Revoked(at, "trusted again by " + by));
    // Not BOOTING: nobody knows whether it has power. What it says next leads on.
    changes.add(
        new Change.CardStateChanged(
            at, CardState.OFF, "trusted again by " + by + "; has to enrol anew"));
    if (cabinet.alarms().containsKey(cloned(at))) {
      changes.add(new Change.AlarmCleared(cloned(at), "trusted again by " + by));
    }
    return changes;
  }
}
