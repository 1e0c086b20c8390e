package io.cade.engine.observe;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of the aimed requests at one target since the stage began in which they are made. Not
 * durable: a new engine asks anew. Immutable.
 *
 * @param round when that stage began
 * @param good answers
 * @param early bad answers before the first good one: what has just started may need a moment
 * @param bad answers after it
 * @param fault words of the last bad answer, else empty
 * @param doubt time of the first bad answer; null when there is none
 * @param unreached why the last request did not come to the card; empty when it did
 * @param last time of the last outcome
 */
public record Probed(
    Instant round,
    int good,
    int early,
    int bad,
    String fault,
    @Nullable Instant doubt,
    String unreached,
    Instant last) {

  /** Before the first outcome. */
  static Probed begin(Instant round) {
    return new Probed(round, 0, 0, 0, "", null, "", round);
  }

  /** With one more outcome. */
  Probed with(ProbeOutcome outcome, Instant at) {
    return switch (outcome.kind()) {
      case GOOD -> new Probed(round, good + 1, early, bad, fault, doubt, "", at);
      case BAD ->
          new Probed(
              round,
              good,
              good == 0 ? early + 1 : early,
              good == 0 ? bad : bad + 1,
              outcome.words(),
              doubt == null ? at : doubt,
              "",
              at);
      case UNREACHED -> new Probed(round, good, early, bad, fault, doubt, outcome.words(), at);
    };
  }

  /** All bad answers. */
  public int failures() {
    return early + bad;
  }
}
