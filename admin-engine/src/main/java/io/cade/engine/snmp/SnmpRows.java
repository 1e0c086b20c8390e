package io.cade.engine.snmp;

import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.mib.AlarmRow;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.ProbableCause;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Translates alarms into rows of the MIB's tables. Pure. */
final class SnmpRows {
  private SnmpRows() {}

  static List<AlarmRow> alarms(Cabinet cabinet) {
    return cabinet.alarms().values().stream()
        .sorted(Comparator.comparingLong(Alarm::sequence))
        .map(SnmpRows::alarm)
        .toList();
  }

  static AlarmRow alarm(Alarm a) {
    return new AlarmRow(
        a.sequence(),
        a.key().source(),
        a.key().type().word(),
        PerceivedSeverity.valueOf(a.severity().name()),
        cause(a.key().type()),
        a.text(),
        a.raisedAt());
  }

  /** By its word, which is that of the MIB. */
  static ProbableCause cause(AlarmType type) {
    return ProbableCause.valueOf(
        type.probableCause().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT));
  }
}
