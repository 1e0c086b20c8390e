package io.cade.engine.operate;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often refusals go on record, so that nobody who may do nothing can fill the record: of each
 * action of a user one a minute, and {@value #MOST} actions of a user a minute; what was left out
 * is counted in the next one. At most {@value #MAX_USERS} users are known; the one who was refused
 * longest ago is forgotten first. Thread-safe.
 */
final class RefusalPace {
  static final Duration PAUSE = Duration.ofMinutes(1);
  static final int MOST = 10;
  private static final int MAX_USERS = 1_000;

  private static final class Recorded {
    final Instant at;
    long leftOut;

    Recorded(Instant at) {
      this.at = at;
    }

    /** A clock that was set back must not silence anybody for long. */
    boolean isRecent(Instant now) {
      return Duration.between(at, now).abs().compareTo(PAUSE) < 0;
    }
  }

  /** At most {@value RefusalPace#MOST} actions. */
  private static final class OfUser {
    final Map<String, Recorded> recorded = new HashMap<>();
    long leftOut;
  }

  // Guarded by this; in the order of the last refusal.
  private final Map<String, OfUser> users = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Whether a refusal goes on record now.
   *
   * @return what is to be said in it of those left out, perhaps nothing; empty when it is left out
   *     itself
   */
  synchronized Optional<String> admit(String user, String action, Instant now) {
    OfUser known = users.computeIfAbsent(user, _ -> new OfUser());
    if (users.size() > MAX_USERS) {
      users.remove(users.keySet().iterator().next());
    }
    Recorded last = known.recorded.get(action);
    if (last != null && last.isRecent(now)) {
      last.leftOut++;
      return Optional.empty();
    }
    known.recorded.remove(action);
    for (Iterator<Recorded> all = known.recorded.values().iterator(); all.hasNext(); ) {
      Recorded each = all.next();
      if (!each.isRecent(now)) {
        known.leftOut += each.leftOut;
        all.remove();
      }
    }
    long same = last == null ? 0 : last.leftOut;
    if (known.recorded.size() >= MOST) {
      known.leftOut += same + 1;
      return Optional.empty();
    }
    known.recorded.put(action, new Recorded(now));
    long others = known.leftOut;
    known.leftOut = 0;
    return Optional.of(
        (same == 0 ? "" : " (" + same + " more before)")
            + (others == 0 ? "" : " (" + others + " other refusals before were left out)"));
  }
}
