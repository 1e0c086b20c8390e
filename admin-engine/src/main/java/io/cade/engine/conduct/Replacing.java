package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Setting;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Move;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * When another card is to take the place of one that is away (SPEC A4): after the service's {@code
 * replace-after}, so that a technician with a new card in his hand is quicker. When many cards are
 * away at once the cause is hardly theirs, and what is done about it brings them all back: then,
 * and while their chassis is lost, {@value #STORM_FACTOR} times as long. Pure.
 */
public final class Replacing {
  /** Places of cards that are taken over at once, in the whole cabinet. */
  static final int MOST_AT_ONCE = 2;

  /** So much longer a card may be away when many are. */
  static final int STORM_FACTOR = 6;

  /** So many cards may always be away without being many. */
  private static final int FEW = 2;

  /** Percent of the cards of services that may be away without being many. */
  private static final int MANY_PERCENT = 25;

  /** After a card that did not serve, the next one is tried after this time. */
  static final Duration PAUSE = Duration.ofMinutes(1);

  /** After this time cards are tried again that did not serve. */
  static final Duration FORGET = Duration.ofMinutes(10);

  private Replacing() {}

  /**
   * What is to become of a place whose card is away.
   *
   * @param at when another card is to take it; {@link Instant#MAX} for never
   * @param words for people
   */
  public record Outlook(Instant at, String words) {
    static final Outlook NEVER = new Outlook(Instant.MAX, "replace-after is off");
  }

  /**
   * What is to become of the place; empty when its card is not away.
   *
   * @param listeningSince since when cards could be heard: absence before that means nothing
   */
  public static Optional<Outlook> outlook(
      Cabinet cabinet, Service service, Placement placement, Instant listeningSince) {
    CardPosition at = placement.position();
    Card card = cabinet.cards().get(at);
    if (card == null
        || !isAway(card, placement)
        || (service.phase() != ServicePhase.SETUP && service.phase() != ServicePhase.ANNOUNCED)) {
      return Optional.empty();
    }
    Optional<Duration> patience = service.settings().duration(Setting.REPLACE_AFTER);
    if (patience.isEmpty()) {
      return Optional.of(Outlook.NEVER);
    }
    Instant away = placement.since().isAfter(listeningSince) ? placement.since() : listeningSince;
    if (card.state() == CardState.BOOTING) {
      return Optional.of(new Outlook(Instant.MAX, "a card boots there"));
    }
    if (cabinet.alarms().containsKey(ContainmentRules.chassisLost(at.chassis()))
        || cabinet.alarms().containsKey(ContainmentRules.CABINET_LOST)) {
      return Optional.of(
          new Outlook(
              away.plus(patience.get().multipliedBy(STORM_FACTOR)),
              "its whole chassis is lost, so its place is kept for longer"));
    }
    Set<CardPosition> bound = new TreeSet<>();
    Set<CardPosition> gone = new TreeSet<>();
    for (Service each : cabinet.services().values()) {
      for (Placement p : each.placements()) {
        Card c = cabinet.cards().get(p.position());
        bound.add(p.position());
        if (c == null || !c.state().isAlive()) {
          gone.add(p.position());
        }
      }
    }
    if (gone.size() > FEW && gone.size() * 100 > bound.size() * MANY_PERCENT) {
      return Optional.of(
          new Outlook(
              away.plus(patience.get().multipliedBy(STORM_FACTOR)),
              "%d of %d cards in use are away, so its place is kept for longer"
                  .formatted(gone.size(), bound.size())));
    }
    return Optional.of(new Outlook(away.plus(patience.get()), "its place is kept for now"));
  }

  /** Lost, off, or on its way to be off and told to stop. */
  private static boolean isAway(Card card, Placement placement) {
    return card.state().isAlive()
        ? card.hold() != null && placement.state() != Placement.State.RUNNING
        : placement.state() == Placement.State.PENDING;
  }

  /** Why no card takes a place now although it is time; empty when one may. */
  public static String obstacle(Cabinet cabinet, Service service, Instant now) {
    // One that has no card in hand may be waiting for just this.
    if (service.rollout().filter(r -> r.at() != null).isPresent()) {
      return "a version is on its way";
    }
    if (service.placements().size() > service.definition().cards()) {
      return "cards are given back";
    }
    Move last = service.lastMove();
    if (last != null
        && last.stage() == Move.Stage.UNDONE
        && now.isBefore(last.since().plus(PAUSE))) {
      return "card " + last.to() + " was tried and did not serve: " + last.cause();
    }
    long under =
        cabinet.services().values().stream()
            .flatMap(s -> s.move().stream())
            .filter(Move::automatic)
            .count();
    return under >= MOST_AT_ONCE ? under + " other places are taken over just now" : "";
  }

  /** Cards that were tried for the place a moment ago. */
  static Set<CardPosition> tried(Service service, CardPosition from, Instant now) {
    Move last = service.lastMove();
    return last == null || !last.from().equals(from) || now.isAfter(last.since().plus(FORGET))
        ? Set.of()
        : Set.copyOf(last.tried());
  }
}
