package io.cade.engine.pki;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the tries to get a certificate from an authority went; the form of a file, whose fields are
 * added to, never changed.
 *
 * @param failures in a row; 0 when the last try succeeded or there was none
 * @param error what went wrong the last time; empty when nothing did
 * @param nextTry not before then; null for at once
 * @param heldOff until then the authority itself does not want to be asked (Retry-After)
 */
public record AcmeState(
    int failures, String error, @Nullable Instant nextTry, @Nullable Instant heldOff) {
  /** Nothing was tried yet, or the last try succeeded. */
  public static final AcmeState FRESH = new AcmeState(0, "", null, null);

  private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

  /** An authority that asks for more is asked again after this all the same. */
  private static final Duration LONGEST_HOLD = Duration.ofDays(7);

  private static final int MAX_ERROR = 500;

  public AcmeState {
    error = error.length() > MAX_ERROR ? error.substring(0, MAX_ERROR) + "…" : error;
  }

  /**
   * After one more failure: the pause is a minute and doubles up to a day, or what the authority
   * asks for if that is longer.
   *
   * @param until the authority's Retry-After; null when it said nothing
   */
  public AcmeState failed(String why, @Nullable Instant until, Instant now) {
    Instant hold =
        until != null && until.isAfter(now.plus(LONGEST_HOLD)) ? now.plus(LONGEST_HOLD) : until;
    Instant next = now.plus(pause(failures + 1));
    return new AcmeState(failures + 1, why, hold != null && hold.isAfter(next) ? hold : next, hold);
  }

  /** Somebody wants it to be tried again at once; what the authority asked for still holds. */
  public AcmeState again() {
    return new AcmeState(failures, error, heldOff, heldOff);
  }

  /** The pause after so many failures in a row. */
  static Duration pause(int failures) {
    // 2^11 minutes are more than a day.
    Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(11, Math.max(0, failures - 1)));
    return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }
}
