package io.cade.engine.store;

import io.cade.engine.change.Commit;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmQuery;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.EntityKey;
import io.cade.engine.model.Severity;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a cabinet and the position of the log up to which it is complete. {@link #apply} is called
 * by one thread; queries by any.
 */
public interface CabinetStore extends AutoCloseable {
  /** The cabinet as it was applied last; an empty one for a new store. */
  Cabinet load() throws IOException;

  /**
   * Takes over a run of commits, all or none, together with their last position.
   *
   * @param commits in order, following the last position applied
   * @param after the state after the last of them
   * @param touched entities that the commits altered
   */
  void apply(List<Commit> commits, Cabinet after, Set<EntityKey> touched) throws IOException;

  /**
   * Forces what was applied to disk.
   *
   * @return the position up to which the log is not needed any more
   */
  long checkpoint() throws IOException;

  /** The newest alarms, active ones included, newest first, at most {@code limit}. */
  default List<PastAlarm> alarmHistory(int limit) throws IOException {
    return alarmHistory(AlarmQuery.newest(limit));
  }

  /** The alarms that match, active ones included, newest first. */
  List<PastAlarm> alarmHistory(AlarmQuery query) throws IOException;

  /** The newest management actions, newest first, at most {@code limit}. */
  List<AuditEntry> audit(int limit) throws IOException;

  @Override
  void close() throws IOException;

  /**
   * @param clearedAt absent while the alarm is active
   * @param severity the last one
   * @param acknowledgedBy empty when nobody has taken note
   */
  record PastAlarm(
      long sequence,
      AlarmKey key,
      Severity severity,
      String text,
      Instant raisedAt,
      @Nullable Instant clearedAt,
      String acknowledgedBy,
      @Nullable Instant acknowledgedAt) {}

  /** A management action and what became of it (SPEC A5). */
  record AuditEntry(long position, Instant at, String user, String action, String outcome) {}
}
