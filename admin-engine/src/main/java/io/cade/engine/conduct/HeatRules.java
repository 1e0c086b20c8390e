package io.cade.engine.conduct;

import io.cade.agent.wire.CardRole;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import io.cade.engine.model.Drain;
import io.cade.engine.model.PowerHold;
import io.cade.engine.observe.Observed;
import java.time.Duration;
import java.util.OptionalDouble;

/**
 * The ladder of a card that grows too hot: more air (see {@link ChassisRules}), then no more
 * visitors, then no more power; and back with hysteresis. A card that was switched off shows no
 * temperature any more; it is tried again after {@link #COOLING}, and while the alarm stands that
 * says so.
 */
final class HeatRules {
  /** Who drained a card, so that no operator's drain is lifted. */
  static final String BY = "heat";

  static final double DRAIN_CELSIUS = 75;
  static final double SERVE_CELSIUS = 70;
  static final double OFF_CELSIUS = 85;

  /** Time without power before a card that was too hot is tried again. */
  static final Duration COOLING = Duration.ofMinutes(10);

  /** Services get little time on a board that is about to be damaged. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration DRAIN = Duration.ofDays(1);

  void apply(Draft draft, Observed observed) {
    for (Card card : draft.cabinet().cards().values()) {
      if (card.role() == CardRole.SERVER && card.state().isAlive() && card.hold() == null) {
        OptionalDouble read = CardHardware.boardCelsius(card, observed);
        if (read.isPresent()) {
          step(draft, card, read.getAsDouble());
        }
      }
    }
  }

  private static void step(Draft draft, Card card, double celsius) {
    Drain drain = card.drain();
    if (celsius >= OFF_CELSIUS) {
      draft.change(
          new Change.CardHeld(
              card.position(),
              PowerHold.Reason.HEAT,
              draft.now().plus(GRACE),
              draft.now().plus(COOLING),
              BY));
    } else if (celsius >= DRAIN_CELSIUS && drain == null) {
      draft.change(new Change.CardDrained(card.position(), draft.now().plus(DRAIN), BY));
    } else if (celsius < SERVE_CELSIUS && drain != null && drain.by().equals(BY)) {
      draft.change(new Change.CardUndrained(card.position()));
    }
  }
}
