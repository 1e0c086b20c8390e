package io.cade.mib;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What cadeAlarmDetailTable adds to an active alarm.
 *
 * @param acknowledgedBy empty while nobody has taken note
 * @param rootCause type and source of the alarm that it follows from, or empty
 * @param flapping how often it came lately while it is damped, or empty
 */
public record AlarmDetailRow(
    long sequence,
    String acknowledgedBy,
    @Nullable Instant acknowledgedAt,
    String rootCause,
    String flapping) {
  public AlarmDetailRow {
    Checks.range("sequence", sequence, 1, Checks.MAX_UNSIGNED32);
  }
}
