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
 * What is a part of what: a chassis of which every card is silent is one alarm, a cabinet of which
 * every chassis is lost is one alarm, and what would be said about their parts is suppressed. Pure.
 */
final class ContainmentRules {
  /** A chassis with fewer cards in use is not told from its card. */
  private static final int LEAST_CARDS = 2;

  /** A cabinet of which fewer chassis are lost as a whole is not told from its chassis. */
  private static final int LEAST_CHASSIS = 2;

  static final AlarmKey CABINET_LOST = new AlarmKey(AlarmType.CABINET_LOST, "cabinet");

  /** Chassis of the engine and the proxies: it is not what is lost while the engine lives. */
  private static final int MANAGEMENT = 0;

  private final ConductorPolicy policy;

  ContainmentRules(ConductorPolicy policy) {
    this.policy = policy;
  }

  static AlarmKey chassisLost(int chassis) {
    return new AlarmKey(AlarmType.CHASSIS_LOST, "chassis " + chassis);
  }

  /** The greatest first: what stands for others is settled before them. */
  static int rank(AlarmKey key) {
    return switch (key.type()) {
      case CABINET_LOST -> 0;
      case CHASSIS_LOST -> 1;
      default -> 2;
    };
  }

  /** Chassis that are lost as a whole, and the cabinet when all of them are. */
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
    cabinet(cabinet, inUse, due);
  }

  /** Cards that are alone in their chassis do not make a cabinet, but have to be gone as well. */
  private static void cabinet(Cabinet cabinet, Map<Integer, List<Card>> inUse, DueAlarms due) {
    long lost = inUse.keySet().stream().filter(c -> due.contains(chassisLost(c))).count();
    boolean raised = cabinet.alarms().containsKey(CABINET_LOST);
    boolean allSilent =
        inUse.values().stream().flatMap(List::stream).noneMatch(c -> c.state().isAlive());
    boolean allGone =
        inUse.values().stream()
            .allMatch(cards ->
                due.contains(chassisLost(cards.getFirst().position().chassis()))
                    || cards.stream().allMatch(ContainmentRules::isGone));
    if (!inUse.isEmpty() && allSilent && (raised || (lost >= LEAST_CHASSIS && allGone))) {
      due.add(
          CABINET_LOST,
          "cabinet: none of its %d chassis in use says anything; look at its mains and at the network between it and the engine"
              .formatted(inUse.size()));
    }
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
    if (key.type() == AlarmType.CABINET_LOST || key.type().endsAcknowledged()) {
      return null;
    }
    Place place = Place.of(key.source());
    if (place == null || place.chassis() == MANAGEMENT) {
      return null;
    }
    if (due.contains(CABINET_LOST)) {
      return CABINET_LOST;
    }
    AlarmKey chassis = chassisLost(place.chassis());
    return key.type() != AlarmType.CHASSIS_LOST && due.contains(chassis) ? chassis : null;
  }

  /**
   * Whether a lost card may be the first that is noticed of a lost chassis, or a lost chassis the
   * first of a lost cabinet: nothing else of it has been heard since. What loses its power at once
   * falls silent at once and is noticed within one interval of reports, each in its turn.
   */
  boolean mayBeMore(Cabinet cabinet, Observed observed, AlarmKey key, Instant now) {
    return key.type() == AlarmType.CHASSIS_LOST
        ? mayBeCabinet(cabinet, observed, key, now)
        : mayBeChassis(cabinet, observed, key, now);
  }

  private boolean mayBeCabinet(Cabinet cabinet, Observed observed, AlarmKey key, Instant now) {
    Place place = Place.of(key.source());
    if (place == null) {
      return false;
    }
    Instant recent = recent(now);
    boolean patient = false;
    boolean others = false;
    for (Card card : cabinet.cards().values()) {
      if (card.role() != CardRole.SERVER || !isInUse(cabinet, card)) {
        continue;
      }
      if (card.position().chassis() == place.chassis()) {
        patient |= card.state() == CardState.FAILED && now.isBefore(patience(card));
      } else if (wasHeard(observed, card, recent)) {
        return false;
      } else {
        others |= card.state().isAlive();
      }
    }
    return patient && others;
  }

  private boolean mayBeChassis(Cabinet cabinet, Observed observed, AlarmKey key, Instant now) {
    Place place = key.type() == AlarmType.CARD_LOST ? Place.of(key.source()) : null;
    if (place == null || place.card() == null) {
      return false;
    }
    Card lost = cabinet.cards().get(place.card());
    if (lost == null || lost.state() != CardState.FAILED || !now.isBefore(patience(lost))) {
      return false;
    }
    Instant recent = recent(now);
    int others = 0;
    for (Card card : cabinet.cards().values()) {
      if (card.position().chassis() == place.chassis()
          && card.role() == CardRole.SERVER
          && !card.position().equals(place.card())
          && isInUse(cabinet, card)) {
        if (wasHeard(observed, card, recent)) {
          return false;
        }
        others += card.state().isAlive() ? 1 : 0;
      }
    }
    return others > 0;
  }

  /** Who was heard since then did not fall silent with what is lost by now. */
  private Instant recent(Instant now) {
    return now.minus(policy.reportInterval().multipliedBy(3).dividedBy(2));
  }

  private static boolean wasHeard(Observed observed, Card card, Instant recent) {
    Observed.CardHeard heard = observed.cards().get(card.position());
    return heard != null && heard.at().isAfter(recent);
  }

  /** Until when others may follow. */
  private Instant patience(Card lost) {
    return lost.since().plus(policy.reportInterval().multipliedBy(2)).plus(Duration.ofSeconds(1));
  }
}
