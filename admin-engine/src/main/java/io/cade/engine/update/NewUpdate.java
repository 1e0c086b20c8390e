package io.cade.engine.update;

import io.cade.engine.change.Refusal;
import io.cade.engine.model.ImageUpdate.Course;
import java.time.Duration;

/**
 * How somebody wants an update to go.
 *
 * @param canary cards that go alone first, 1 to 280
 * @param parallel cards at once afterwards, 1 to 280
 * @param window {@code HH:MM-HH:MM} (UTC), or empty
 * @param gate 1 s to 1 h
 * @param drain 0 s to 1 h
 */
public record NewUpdate(int canary, int parallel, String window, Duration gate, Duration drain) {
  public static final int STANDARD_CANARY = 1;
  public static final int STANDARD_PARALLEL = 4;
  public static final Duration STANDARD_GATE = Duration.ofSeconds(30);
  public static final Duration STANDARD_DRAIN = Duration.ofSeconds(10);

  private static final String WINDOW =
      "([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]";
  private static final int MOST = 280;
  private static final Duration LONGEST = Duration.ofHours(1);

  /** The same in another window. */
  NewUpdate within(String times) {
    return new NewUpdate(canary, parallel, times, gate, drain);
  }

  Course course() throws Refusal {
    if (canary < 1 || canary > MOST || parallel < 1 || parallel > MOST) {
      throw new Refusal(Refusal.Kind.INVALID, "canary and parallel are 1 to " + MOST);
    }
    if (!window.isEmpty() && !window.matches(WINDOW)) {
      throw new Refusal(
          Refusal.Kind.INVALID, "a window is a time of the day in UTC like 02:00-04:00");
    }
    if (gate.compareTo(Duration.ofSeconds(1)) < 0
        || gate.compareTo(LONGEST) > 0
        || drain.isNegative()
        || drain.compareTo(LONGEST) > 0) {
      throw new Refusal(Refusal.Kind.INVALID, "gate is 1 s to 1 h, drain 0 s to 1 h");
    }
    return new Course(canary, parallel, window, gate, drain);
  }
}
