package io.cade.engine.store;

import io.cade.engine.change.Commit;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.Change;
import io.cade.engine.model.Change.AlarmChange;
import io.cade.engine.model.Severity;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * What a run of commits adds to the histories of alarms and management actions. An alarm that is
 * raised and cleared within the run becomes one row at once. Used by one thread, once.
 */
final class HistoryBatch {
  private static final String ACTIVE = " WHERE type = ? AND source = ? AND cleared_at IS NULL";

  private static final class Row {
    final long sequence;
    final Change.AlarmRaised raised;
    final Instant at;
    @Nullable Instant clearedAt;
    String acknowledgedBy = "";
    @Nullable Instant acknowledgedAt;
    Severity severity;
    String text;

    Row(long sequence, Change.AlarmRaised raised, Instant at) {
      this.sequence = sequence;
      this.raised = raised;
      this.at = at;
      this.severity = raised.severity();
      this.text = raised.text();
    }
  }

  private final List<Row> rows = new ArrayList<>();
  private final Map<AlarmKey, Row> open = new HashMap<>();
  // About alarms of earlier runs: of each key at most one, for it cannot be raised again before.
  private final List<@Nullable Object[]> acknowledged = new ArrayList<>();
  private final Map<AlarmKey, AlarmChange.Altered> altered = new LinkedHashMap<>();
  private final List<@Nullable Object[]> cleared = new ArrayList<>();
  private final List<@Nullable Object[]> audits = new ArrayList<>();
  private long nextAlarm;

  /**
   * @param nextAlarm sequence of the first alarm that the commits raise
   */
  HistoryBatch(List<Commit> commits, long nextAlarm) {
    this.nextAlarm = nextAlarm;
    for (Commit commit : commits) {
      int item = 0;
      for (Change change : commit.changes()) {
        add(commit, ++item, change);
      }
    }
  }

  private void add(Commit commit, int item, Change change) {
    switch (change) {
      case Change.AlarmRaised c -> {
        // Alarms are numbered in the order of the log, as the model numbers them.
        Row row = new Row(nextAlarm++, c, commit.at());
        rows.add(row);
        open.put(c.key(), row);
      }
      case Change.AlarmCleared c -> {
        Row row = open.remove(c.key());
        if (row == null) {
          cleared.add(new Object[] {time(commit.at()), c.key().type().name(), c.key().source()});
        } else {
          row.clearedAt = commit.at();
        }
      }
      case Change.AlarmAcknowledged c -> {
        Row row = open.get(c.key());
        String by = cut(c.by(), 64);
        if (row == null) {
          acknowledged.add(
              new Object[] {by, time(commit.at()), c.key().type().name(), c.key().source()});
        } else {
          row.acknowledgedBy = by;
          row.acknowledgedAt = commit.at();
        }
      }
      case AlarmChange.Altered c -> {
        Row row = open.get(c.key());
        if (row == null) {
          altered.put(c.key(), c);
        } else {
          row.severity = c.severity();
          row.text = c.text();
        }
      }
      case Change.Audited c ->
          audits.add(
              new Object[] {
                commit.position(),
                item,
                time(commit.at()),
                cut(c.user(), 64),
                cut(c.action(), 1024),
                cut(c.outcome(), 1024)
              });
      default -> {
        // The state tells the rest.
      }
    }
  }

  void write(Handle handle) {
    run(
        handle,
        "UPDATE alarm_history SET acknowledged_by = ?, acknowledged_at = ?" + ACTIVE,
        acknowledged);
    run(
        handle,
        "UPDATE alarm_history SET severity = ?, text = ?" + ACTIVE,
        altered.values().stream()
            .map(c ->
                new @Nullable Object[] {
                  c.severity().name(), cut(c.text(), 2048), c.key().type().name(), c.key().source()
                })
            .toList());
    run(handle, "UPDATE alarm_history SET cleared_at = ?" + ACTIVE, cleared);
    List<@Nullable Object[]> raised = new ArrayList<>(rows.size());
    for (Row row : rows) {
      raised.add(
          new @Nullable Object[] {
            row.sequence,
            row.raised.key().type().name(),
            row.raised.key().source(),
            row.severity.name(),
            cut(row.text, 2048),
            time(row.at),
            row.clearedAt == null ? null : time(row.clearedAt),
            row.acknowledgedBy,
            row.acknowledgedAt == null ? null : time(row.acknowledgedAt)
          });
    }
    run(handle, "INSERT INTO alarm_history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", raised);
    run(handle, "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)", audits);
  }

  private static void run(Handle handle, String sql, List<@Nullable Object[]> rows) {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedBatch batch = handle.prepareBatch(sql)) {
      rows.forEach(batch::add);
      batch.execute();
    }
  }

  private static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static String cut(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    // Half a character would not be text any more.
    return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
  }
}
