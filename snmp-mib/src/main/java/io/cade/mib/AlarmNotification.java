package io.cade.mib;

/**
 * One notification about an alarm: cadeAlarmRaised or cadeAlarmCleared.
 *
 * @param sequence number of the notification, from 1, the same each time it is sent again
 * @param kind whether the alarm begins or ends
 * @param alarm the alarm; a {@link Kind#CLEARED} is sent with the severity cleared, whatever this
 *     row says
 */
public record AlarmNotification(long sequence, Kind kind, AlarmRow alarm) {
  /** Whether the alarm begins or ends. */
  public enum Kind {
    /** The alarm begins. */
    RAISED,
    /** The alarm ends. */
    CLEARED
  }

  public AlarmNotification {
    Checks.range("sequence", sequence, 1, Long.MAX_VALUE);
  }
}
