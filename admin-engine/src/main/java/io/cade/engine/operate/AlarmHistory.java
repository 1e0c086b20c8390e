package io.cade.engine.operate;

import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmQuery;
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
      String acknowledgedBy,
      @Nullable Instant acknowledgedAt) {}

  /** The alarms that match, newest first. */
  List<Entry> find(AlarmQuery query) throws IOException;
}
