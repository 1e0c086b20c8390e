package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows each card from its boot to its loss, by what it says and by the slot's presence contact.
 */
final class CardRules {
  /** What arrives this much later than an event cannot have been under way when it happened. */
  static final Duration STRAY = Duration.ofSeconds(1);

  /** What lies further in the future was said before the clock was set back. */
  private static final Duration CLOCK_STEP = Duration.ofSeconds(30);

  private final ConductorPolicy policy;

  CardRules(ConductorPolicy policy) {
    this.policy = policy;
  }

  void apply(Draft draft, Observed observed, Instant listeningSince) {
    for (Card card : draft.cabinet().cards().values()) {
      judge(draft, card, observed, listeningSince);
    }
  }

  private void judge(Draft draft, Card card, Observed observed, Instant listeningSince) {
    Instant now = draft.now();
    Presence presence = presence(card, observed, now);
    Instant heard = heard(card, observed, now);
    switch (card.state()) {
      case AVAILABLE, ASSIGNED, RUNNING, DEGRADED, UPDATING -> {
        // After a restart nothing has been heard yet: the silence counts from then, or a restarted
        // engine would declare the whole cabinet lost.
        // Nor is a change of state a sign of life where there is a better one: the engine's own
        // orders make it, also on a card that is dead.
        Instant since = isAhead(card.since(), now) ? listeningSince : card.since();
        Instant last = latest(heard == null ? since : heard, listeningSince);
        if (presence == Presence.EMPTY) {
          draft.become(card, CardState.ABSENT, "out of its slot");
        } else if (now.isAfter(last.plus(policy.silence()))) {
          draft.become(card, CardState.FAILED, "no report for " + seconds(last, now));
        } else {
          CardState state = inUse(draft.cabinet(), card);
          boolean degraded =
              state == CardState.RUNNING
                  && heard != null
                  && !CardHardware.disksHealthy(observed, card);
          draft.become(
              card,
              degraded ? CardState.DEGRADED : state,
              degraded ? "its disks are not a whole mirror" : "");
        }
      }
      case BOOTING -> {
        if (presence == Presence.EMPTY) {
          draft.become(card, CardState.ABSENT, "out of its slot");
        } else if (heard != null
            && heard.isAfter(card.since().plus(STRAY))
            && !card.certificateSerial().isEmpty()) {
          // The boot it had before goes on talking: a late copy of a request looked like a reboot.
          draft.become(card, inUse(draft.cabinet(), card), "had not restarted");
        } else if (now.isAfter(latest(card.since(), listeningSince).plus(policy.bootTime()))) {
          draft.become(
              card,
              CardState.FAILED,
              "asked for its address but did not introduce itself within "
                  + policy.bootTime().toSeconds()
                  + " s");
        }
      }
      case FAILED, ABSENT -> {
        if (card.state() == CardState.FAILED && presence == Presence.EMPTY) {
          draft.become(card, CardState.ABSENT, "out of its slot");
        } else if (heard != null
            && heard.isAfter(
                card.state() == CardState.ABSENT ? card.since().plus(STRAY) : card.since())
            && presence != Presence.EMPTY
            && !card.certificateSerial().isEmpty()) {
          draft.become(card, inUse(draft.cabinet(), card), "reports again");
        }
      }
      case OFF, QUARANTINED -> {
        // Only a boot or an operator leads out.
      }
    }
  }

  /** The state of a live card, by the services bound to its slot. */
  private static CardState inUse(Cabinet cabinet, Card card) {
    if (card.role() != CardRole.SERVER) {
      return CardState.RUNNING;
    }
    List<Service> services =
        cabinet.servicesOn(card.position()).stream()
            .filter(s -> s.phase() != ServicePhase.REMOVING)
            .toList();
    if (services.isEmpty()) {
      return CardState.AVAILABLE;
    }
    boolean all = services.stream().allMatch(s -> Routing.serves(s, card));
    return all ? CardState.RUNNING : CardState.ASSIGNED;
  }

  /** When this boot of the card was last heard. */
  private static @Nullable Instant heard(Card card, Observed observed, Instant now) {
    Observed.CardHeard heard = observed.cards().get(card.position());
    return heard == null || !heard.bootId().equals(card.bootId()) || isAhead(heard.at(), now)
        ? null
        : heard.at();
  }

  /** Before the clock was set back it was this late: it says nothing about now. */
  private static boolean isAhead(Instant at, Instant now) {
    return at.isAfter(now.plus(CLOCK_STEP));
  }

  private enum Presence {
    SEATED,
    EMPTY,
    UNKNOWN
  }

  /**
   * What the chassis bus says. It counts only when it was read after the card's last change of
   * state and sign of life, and that it is out of its slot only when it was surely read after: a
   * card that just booted may be newer than the last look at the contact, which may have been long
   * on its way.
   */
  private Presence presence(Card card, Observed observed, Instant now) {
    CardPosition at = card.position();
    Observed.ChassisHeard chassis = observed.chassis().get(at.chassis());
    if (chassis == null
        || now.isAfter(chassis.at().plus(policy.silence()))
        || !chassis.at().isAfter(card.since())) {
      return Presence.UNKNOWN;
    }
    if (chassis.status().presentSlots().contains(at.slot())) {
      return Presence.SEATED;
    }
    Observed.CardHeard own = observed.cards().get(at);
    boolean newer = own != null && own.at().isAfter(chassis.at());
    return newer || !chassis.at().isAfter(card.since().plus(STRAY))
        ? Presence.UNKNOWN
        : Presence.EMPTY;
  }

  private static Instant latest(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private static String seconds(Instant from, Instant to) {
    return "%.1f s".formatted(Duration.between(from, to).toMillis() / 1000.0);
  }
}
