package io.cade.mib;

import java.time.Instant;

/**
 * A row of cadeAlarmActiveTable, and what a notification says about an alarm.
 *
 * @param sequence number of the alarm, 1 to 4,294,967,295, not used again: the index
 * @param source what it is about, as {@code card 1.3}; cut at 255 octets
 * @param type kind of alarm as a fixed word, as {@code card-missing}; cut at 255 octets
 * @param severity severity
 * @param probableCause probable cause
 * @param text what happened and what to do; cut at 255 octets
 * @param raised when it was raised
 */
public record AlarmRow(
    long sequence,
    String source,
    String type,
    PerceivedSeverity severity,
    ProbableCause probableCause,
    String text,
    Instant raised) {
  public AlarmRow {
    Checks.range("sequence", sequence, 1, Checks.MAX_UNSIGNED32);
  }
}
