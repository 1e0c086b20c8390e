package io.cade.engine.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which alarms of the history are wanted. Pages follow one another by {@code before}: the sequence
 * of the last alarm of the page before.
 *
 * @param type null for all
 * @param source {@code *} stands for any text; empty for all
 * @param atLeast least severity; null for all
 * @param from raised at or after; null for no limit
 * @param until raised before; null for no limit
 * @param before only alarms with a smaller sequence
 * @param limit at most so many, 1 to {@value #MAX_LIMIT}
 */
public record AlarmQuery(
    @Nullable AlarmType type,
    String source,
    @Nullable Severity atLeast,
    @Nullable Instant from,
    @Nullable Instant until,
    long before,
    int limit) {
  public static final int MAX_LIMIT = 1_000;

  public AlarmQuery {
    if (source.length() > AlarmKey.MAX_SOURCE) {
      throw new IllegalArgumentException("source: at most " + AlarmKey.MAX_SOURCE + " characters");
    }
  }

  /** The newest of all. */
  public static AlarmQuery newest(int limit) {
    return new AlarmQuery(null, "", null, null, null, Long.MAX_VALUE, limit);
  }

  /** Whether an alarm is wanted. */
  public boolean matches(long sequence, AlarmKey key, Severity severity, Instant raisedAt) {
    return sequence < before
        && (type == null || type == key.type())
        && (source.isEmpty() || Globs.matches(source, key.source()))
        && (atLeast == null || severity.compareTo(atLeast) <= 0)
        && (from == null || !raisedAt.isBefore(from))
        && (until == null || raisedAt.isBefore(until));
  }
}
