package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.SensorReading;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Drain;
import io.cade.engine.model.PowerHold;
import io.cade.engine.model.Service;
import io.cade.engine.model.Severity;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The ladder of a card that grows too hot, by the severity of its temperature alarms, so that
 * thresholds, hysteresis and de-bounce are those of the alarms: warning, more air (see {@link
 * ChassisRules}); major, no more visitors (unless no other card serves them); critical, no more
 * power. A card that was switched off shows no temperature any more; it is tried again after {@link
 * #COOLING}, and {@code cardOverheated} stands until then.
 */
final class HeatRules {
  /** Who drained a card, so that no operator's drain is lifted. */
  static final String BY = "heat";

  /** Time without power before a card that was too hot is tried again. */
  static final Duration COOLING = Duration.ofMinutes(10);

  /** Services get little time on a board that is about to be damaged. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration DRAIN = Duration.ofDays(1);

  void apply(Draft draft, Observed observed) {
    for (Card card : draft.cabinet().cards().values()) {
      if (card.role() == CardRole.SERVER
          && !card.position().isManagement()
          && card.state().isAlive()
          && card.hold() == null
          && isHeard(card, observed)) {
        step(draft, card, level(draft.cabinet(), card.position()));
      }
    }
  }

  /** What was read before the card restarted is the heat of another time. */
  private static boolean isHeard(Card card, Observed observed) {
    Observed.CardHeard heard = observed.cards().get(card.position());
    return heard != null
        && heard.bootId().equals(card.bootId())
        && heard.readings().stream()
            .anyMatch(r ->
                r.kind() == SensorReading.Kind.CELSIUS && r.quality() == SensorReading.Quality.OK);
  }

  /** The gravest of a card's alarms about too high temperatures; null when there is none. */
  static @Nullable Severity level(Cabinet cabinet, CardPosition at) {
    String source = "card " + at + " ";
    Severity worst = null;
    for (Alarm alarm : cabinet.alarms().values()) {
      if (alarm.key().type() == AlarmType.TEMPERATURE_HIGH
          && alarm.key().source().startsWith(source)
          && (worst == null || alarm.severity().compareTo(worst) < 0)) {
        worst = alarm.severity();
      }
    }
    return worst;
  }

  /** A card that is warm but works is better than no card at all. */
  private static boolean othersServe(Cabinet cabinet, Card card) {
    for (Service service : cabinet.servicesOn(card.position())) {
      boolean other =
          service.placements().stream()
              .map(p -> cabinet.cards().get(p.position()))
              .anyMatch(c ->
                  c != null
                      && !c.position().equals(card.position())
                      && c.drain() == null
                      && Routing.serves(service, c));
      if (Routing.serves(service, card) && !other) {
        return false;
      }
    }
    return true;
  }

  private static void step(Draft draft, Card card, @Nullable Severity level) {
    Drain drain = card.drain();
    if (level == Severity.CRITICAL) {
      draft.change(
          new Change.CardHeld(
              card.position(),
              PowerHold.Reason.HEAT,
              draft.now().plus(GRACE),
              draft.now().plus(COOLING),
              BY));
    } else if (level == Severity.MAJOR && drain == null && othersServe(draft.cabinet(), card)) {
      draft.change(new Change.CardDrained(card.position(), draft.now().plus(DRAIN), BY));
    } else if (level != Severity.MAJOR && drain != null && drain.by().equals(BY)) {
      draft.change(new Change.CardUndrained(card.position()));
    }
  }
}
