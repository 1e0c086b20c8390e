package io.cade.mib;

import java.util.List;

/**
 * What NOTIFICATION-LOG-MIB shows.
 *
 * @param limit entries that the log may hold
 * @param logged notifications ever logged
 * @param bumped notifications that were given up before every receiver had them
 * @param newest the newest entries, at most {@value #MAX_SHOWN}, oldest first
 */
public record NotificationLog(
    long limit, long logged, long bumped, List<LoggedNotification> newest) {
  /** Entries that can be read. */
  public static final int MAX_SHOWN = 1_000;

  /** An empty log. */
  public static final NotificationLog NONE = new NotificationLog(0, 0, 0, List.of());

  public NotificationLog {
    newest = List.copyOf(newest);
  }
}
