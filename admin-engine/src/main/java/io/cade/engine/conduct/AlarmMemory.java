package io.cade.engine.conduct;

import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Severity;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Since when alarms wait: to be raised, to be cleared, to stand for themselves again. Lost when the
 * engine ends, which only makes them wait anew. Bounded by the conditions there are. Owned by the
 * thread that passes.
 */
final class AlarmMemory {
  /** A condition that does not count yet. */
  private record Wait(Severity severity, Instant since, int readings, @Nullable Instant lastRead) {}

  private final Map<AlarmKey, Wait> waiting = new HashMap<>();
  private final Map<AlarmKey, Instant> gone = new HashMap<>();
  private final Map<AlarmKey, Instant> settling = new HashMap<>();
  private @Nullable Object looked;

  /** Whether a condition has been there for as many readings, and as long, as it must be. */
  boolean counts(AlarmKey key, DueAlarms.Due due, Instant now) {
    Wait before = waiting.get(key);
    Instant read = due.readAt();
    Wait next;
    if (before == null || before.severity() != due.severity()) {
      next = new Wait(due.severity(), now, 1, read);
    } else {
      boolean fresh = read != null && !read.equals(before.lastRead());
      next =
          new Wait(
              before.severity(),
              before.since(),
              Math.min(before.readings() + (fresh ? 1 : 0), 1_000),
              read);
    }
    waiting.put(key, next);
    return next.readings() >= due.readings() && !now.isBefore(next.since().plus(due.hold()));
  }

  void counted(AlarmKey key) {
    waiting.remove(key);
  }

  /** Since when the condition of an active alarm is gone. */
  Instant goneSince(AlarmKey key, Instant now) {
    return gone.computeIfAbsent(key, k -> now);
  }

  void isThere(AlarmKey key) {
    gone.remove(key);
  }

  /** Since when nothing greater stands for a suppressed condition any more. */
  Instant settlesSince(AlarmKey key, Instant now) {
    return settling.computeIfAbsent(key, k -> now);
  }

  void stillCovered(AlarmKey key) {
    settling.remove(key);
  }

  /** Whether this state was not looked at before; instances are compared, not contents. */
  @SuppressWarnings("ReferenceEquality") // the same instance cannot have changed
  boolean isNews(Object state) {
    boolean news = looked != state;
    looked = state;
    return news;
  }

  /** Forgets what concerns none of these any more. */
  void retain(Set<AlarmKey> due, Set<AlarmKey> active, Set<AlarmKey> suppressed) {
    waiting.keySet().retainAll(due);
    gone.keySet().retainAll(active);
    settling.keySet().retainAll(suppressed);
  }
}
