package io.cade.mib;

import java.time.Instant;

/**
 * A row of cadeAlarmSuppressedTable.
 *
 * @param index stable while the condition is suppressed; 1 to 2,147,483,647
 * @param by type and source of the alarm that stands for it
 */
public record SuppressedRow(
    int index,
    String source,
    String type,
    PerceivedSeverity severity,
    String text,
    String by,
    Instant since) {
  public SuppressedRow {
    Checks.range("index", index, 1, Integer.MAX_VALUE);
  }
}
