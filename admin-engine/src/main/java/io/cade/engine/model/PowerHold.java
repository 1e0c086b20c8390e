package io.cade.engine.model;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A card is not to have power: first its visitors and services leave it, then its chassis switches
 * it off (SPEC C3: Off).
 *
 * @param endsBy its services are given until then
 * @param back when it is to have power again of its own accord; null when somebody or something has
 *     to say so
 * @param by who or what ordered it
 */
public record PowerHold(
    Instant since, Reason reason, Instant endsBy, @Nullable Instant back, String by) {
  /** What the card is without power for. */
  public enum Reason {
    /** An operator switched it off; only an operator switches it on. */
    OPERATOR,
    /** Switched off to be switched on again. */
    CYCLE,
    /** Its handle is open: somebody wants to pull it. */
    HANDLE,
    /** Too hot; tried again after a while. */
    HEAT,
    /** The chassis' supplies cannot feed all cards. */
    BUDGET;

    /** Whether the slot, not the card, is without power: another card there gets none either. */
    public boolean staysWithSlot() {
      return this == OPERATOR || this == BUDGET;
    }
  }

  /** The card is without power for this long before it is switched on again. */
  public static final Duration CYCLE_TIME = Duration.ofSeconds(5);
}
