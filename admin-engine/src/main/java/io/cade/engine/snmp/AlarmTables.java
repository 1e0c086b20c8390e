package io.cade.engine.snmp;

import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmRule;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.PendingNotification;
import io.cade.engine.model.ReceiverCursor;
import io.cade.engine.model.SuppressedAlarm;
import io.cade.mib.AlarmDetailRow;
import io.cade.mib.AlarmRows;
import io.cade.mib.LoggedNotification;
import io.cade.mib.NotificationLog;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.SuppressedRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What surrounds the alarms, and the log of notifications, as rows. Pure. */
final class AlarmTables {
  private AlarmTables() {}

  static AlarmRows of(Cabinet cabinet) {
    List<AlarmDetailRow> details =
        cabinet.alarms().values().stream()
            .sorted(Comparator.comparingLong(Alarm::sequence))
            .map(a ->
                new AlarmDetailRow(
                    a.sequence(),
                    a.acknowledgedBy(),
                    a.acknowledgedAt(),
                    a.rootCause(),
                    a.flapping()))
            .toList();
    List<SuppressedRow> suppressed = new ArrayList<>();
    for (SuppressedAlarm s : cabinet.alarmState().suppressed().values()) {
      suppressed.add(
          new SuppressedRow(
              suppressed.size() + 1,
              s.key().source(),
              s.key().type().word(),
              PerceivedSeverity.valueOf(s.severity().name()),
              s.text(),
              s.by().toString(),
              s.since()));
    }
    long acted =
        cabinet.alarmState().rules().values().stream()
            .flatMap(r -> r.firings().stream())
            .filter(AlarmRule.Firing::acted)
            .count();
    return new AlarmRows(details, suppressed, cabinet.alarmState().rules().size(), acted);
  }

  static NotificationLog log(Cabinet cabinet) {
    long last = cabinet.nextNotification() - 1;
    List<LoggedNotification> newest = new ArrayList<>();
    for (long n = Math.max(1, last - NotificationLog.MAX_SHOWN + 1); n <= last; n++) {
      PendingNotification logged = cabinet.notifications().get(n);
      if (logged != null) {
        newest.add(new LoggedNotification(NotificationForm.of(logged), logged.at()));
      }
    }
    long bumped =
        cabinet.alarmState().receivers().values().stream()
            .mapToLong(ReceiverCursor::missed)
            .max()
            .orElse(0);
    return new NotificationLog(Cabinet.MAX_NOTIFICATIONS, last, bumped, newest);
  }
}
