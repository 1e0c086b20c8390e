package io.cade.engine.snmp;

import io.cade.engine.model.Alarm;
import io.cade.engine.model.PendingNotification;
import io.cade.mib.AlarmNotification;

/** Notifications of the model in the words of the MIB. */
final class NotificationForm {
  private NotificationForm() {}

  static AlarmNotification of(PendingNotification n) {
    Alarm alarm = n.alarm();
    return new AlarmNotification(
        n.sequence(), kind(n.kind()), alarm == null ? null : SnmpRows.alarm(alarm), n.text());
  }

  private static AlarmNotification.Kind kind(PendingNotification.Kind kind) {
    return switch (kind) {
      case RAISED -> AlarmNotification.Kind.RAISED;
      case CLEARED -> AlarmNotification.Kind.CLEARED;
      case CHANGED -> AlarmNotification.Kind.CHANGED;
      case RULE -> AlarmNotification.Kind.RULE;
      case TEST -> AlarmNotification.Kind.TEST;
      case COLD_START -> AlarmNotification.Kind.COLD_START;
      case WARM_START -> AlarmNotification.Kind.WARM_START;
      case AUTHENTICATION_FAILURE -> AlarmNotification.Kind.AUTHENTICATION_FAILURE;
      case CONFIGURATION_CHANGE -> AlarmNotification.Kind.CONFIGURATION_CHANGE;
    };
  }
}
