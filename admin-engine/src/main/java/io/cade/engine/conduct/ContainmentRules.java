package io.cade.engine.conduct;

import io.cade.agent.wire.CardRole;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.CardState;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is a part of what: a chassis of which every card is silent is one alarm, and what would be
 * said about its parts is suppressed. Pure.
 */
final class ContainmentRules {
  /** A chassis with fewer cards in use is not told from its card. */
  private static final int LEAST_CARDS = 2;

  private final ConductorPolicy policy;

  ContainmentRules(ConductorPolicy policy) {
    this.policy = policy;
  }

  static AlarmKey chassisLost(int chassis) {
    return new AlarmKey(AlarmType.CHASSIS_LOST, "chassis " + chassis);
  }

  /** Chassis that are lost as a whole. */
  void apply(Cabinet cabinet, DueAlarms due) {
    Map<Integer, List<Card>> inUse = new TreeMap<>();
    for (Card card : cabinet.cards().values()) {
      if (card.role() == CardRole.SERVER && isInUse(cabinet, card)) {
        inUse.computeIfAbsent(card.position().chassis(), c -> new ArrayList<>()).add(card);
      }
    }
    inUse.forEach((chassis, cards) -> {
      AlarmKey key = chassisLost(chassis);
      boolean raised = cabinet.alarms().containsKey(key);
      boolean lost =
          cards.stream().noneMatch(c -> c.state().isAlive())
              && (raised
                  || (cards.size() >= LEAST_CARDS
                      && cards.stream().allMatch(ContainmentRules::isGone)
                      && cards.stream().anyMatch(c -> c.state() == CardState.FAILED)));
      if (lost) {
        due.add(
            key,
            "chassis %d: none of its %d cards in use says anything; look at its power and its network"
                .formatted(chassis, cards.size()));
      }
    });
  }

  private static boolean isInUse(Cabinet cabinet, Card card) {
    AlarmKey lost = new AlarmKey(AlarmType.CARD_LOST, "card " + card.position());
    return card.hardware() != null
        || cabinet.alarms().containsKey(lost)
        || cabinet.alarmState().suppressed().containsKey(lost);
  }

  private static boolean isGone(Card card) {
    return card.state() == CardState.FAILED || card.state() == CardState.ABSENT;
  }

  /** The greater alarm that stands for this one; null when it stands for itself. */
  @Nullable AlarmKey standsFor(AlarmKey key, DueAlarms due) {
    if (key.type() == AlarmType.CHASSIS_LOST || key.type().endsAcknowledged()) {
      return null;
    }
    Place place = Place.of(key.source());
    if (place == null) {
      return null;
    }
    AlarmKey chassis = chassisLost(place.chassis());
    return due.contains(chassis) ? chassis : null;
  }

  /**
   * Whether a lost card may be the first that is noticed of a lost chassis: no other card of it has
   * been heard since. Cards of one chassis fall silent at once and are noticed within one interval
   * of reports, each in its turn.
   */
  boolean mayBeMore(Cabinet cabinet, Observed observed, AlarmKey key, Instant now) {
    Place place = key.type() == AlarmType.CARD_LOST ? Place.of(key.source()) : null;
    if (place == null || place.card() == null) {
      return false;
    }
    Card lost = cabinet.cards().get(place.card());
    if (lost == null || lost.state() != CardState.FAILED || !now.isBefore(patience(lost))) {
      return false;
    }
    Instant recent = now.minus(policy.reportInterval().multipliedBy(3).dividedBy(2));
    int others = 0;
    for (Card card : cabinet.cards().values()) {
      if (card.position().chassis() == place.chassis()
          && card.role() == CardRole.SERVER
          && !card.position().equals(place.card())
          && isInUse(cabinet, card)) {
        Observed.CardHeard heard = observed.cards().get(card.position());
        if (heard != null && heard.at().isAfter(recent)) {
          return false;
        }
        others += card.state().isAlive() ? 1 : 0;
      }
    }
    return others > 0;
  }

  /** Until when others may follow. */
  private Instant patience(Card lost) {
    return lost.since().plus(policy.reportInterval().multipliedBy(2)).plus(Duration.ofSeconds(1));
  }
}
