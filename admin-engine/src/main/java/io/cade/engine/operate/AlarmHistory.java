package io.cade.engine.operate;

import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Severity;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The alarms of the past, active ones included. May block; called on a thread that may. */
@FunctionalInterface
public interface AlarmHistory {
  /**
   * @param clearedAt absent while the alarm is active
   * @param acknowledgedBy empty when nobody has taken note
   */
  record Entry(
      long sequence,
      AlarmKey key,
      Severity severity,
      String text,
      Instant raisedAt,
      @Nullable Instant clearedAt,
      String acknowledgedBy) {}

  /**
   * The latest alarms, newest first.
   *
   * @param limit 1 to {@value Inspection#MAX_HISTORY}
   */
  List<Entry> latest(int limit) throws IOException;
}
