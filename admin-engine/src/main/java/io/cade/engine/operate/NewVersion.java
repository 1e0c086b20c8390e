package io.cade.engine.operate;

import io.cade.engine.change.Refusal;
import java.time.Duration;

/**
 * How another version of a service's content is to be brought to its cards.
 *
 * @param why for the history, at most 256 characters; may be empty
 * @param gate how long each card has to prove itself, 3 s to 1 h
 * @param drain how long visitors who are bound to a card may stay, at most 1 h
 */
public record NewVersion(String service, String why, Duration gate, Duration drain) {
  /** Unless the operator says otherwise. */
  public static final Duration STANDARD_GATE = Duration.ofSeconds(10);

  /** Unless the operator says otherwise. */
  public static final Duration STANDARD_DRAIN = Duration.ofSeconds(10);

  private static final Duration LEAST_GATE = Duration.ofSeconds(3);
  private static final Duration MOST = Duration.ofHours(1);
  private static final int LONGEST_REASON = 256;

  NewVersion checked() throws Refusal {
    if (why.length() > LONGEST_REASON || why.chars().anyMatch(Character::isISOControl)) {
      throw invalid("the reason has at most " + LONGEST_REASON + " characters in one line");
    }
    if (gate.compareTo(LEAST_GATE) < 0 || gate.compareTo(MOST) > 0) {
      throw invalid("a card has 3s to 1h to prove itself, not " + gate.toSeconds() + " s");
    }
    if (drain.isNegative() || drain.compareTo(MOST) > 0) {
      throw invalid("visitors may stay 0s to 1h, not " + drain.toSeconds() + " s");
    }
    return this;
  }

  private static Refusal invalid(String what) {
    return new Refusal(Refusal.Kind.INVALID, what);
  }
}
