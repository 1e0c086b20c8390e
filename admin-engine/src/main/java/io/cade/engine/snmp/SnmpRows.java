package io.cade.engine.snmp;

import io.cade.engine.model.Alarm;
import io.cade.engine.model.Cabinet;
import io.cade.mib.AlarmRow;
import io.cade.mib.PerceivedSeverity;
import io.cade.mib.ProbableCause;
import java.util.Comparator;
import java.util.List;

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
        cause(a),
        a.text(),
        a.raisedAt());
  }

  private static ProbableCause cause(Alarm alarm) {
    return switch (alarm.key().type()) {
      case CARD_LOST -> ProbableCause.REPLACEABLE_UNIT_MISSING;
      case CARD_MOVED -> ProbableCause.CONFIGURATION_OR_CUSTOMIZATION_ERROR;
      case DUPLICATE_MAC, ADDRESS_CONFLICT -> ProbableCause.EQUIPMENT_IDENTIFIER_DUPLICATION;
      case SERVICE_DEGRADED, SERVICE_DOWN -> ProbableCause.UNDERLYING_RESOURCE_UNAVAILABLE;
      case SETUP_FAILED -> ProbableCause.APPLICATION_SUBSYSTEM_FAILURE;
      case TEMPERATURE_HIGH, CARD_OVERHEATED -> ProbableCause.TEMPERATURE_UNACCEPTABLE;
      case FAN_FAILED -> ProbableCause.COOLING_FAN_FAILURE;
      case SUPPLY_FAILED -> ProbableCause.POWER_SUPPLY_FAILURE;
      case POWER_BUDGET -> ProbableCause.POWER_PROBLEM;
      case PROXY_LOST, DISK_FAILED, MIRROR_REBUILDING -> ProbableCause.EQUIPMENT_MALFUNCTION;
      case VISITOR_FLOOD, SLOW_VISITORS, VISITOR_SCAN -> ProbableCause.INTRUSION_DETECTION;
      case CREDENTIAL_GUESSING -> ProbableCause.UNAUTHORIZED_ACCESS_ATTEMPT;
      case CERTIFICATE_ENDING -> ProbableCause.KEY_EXPIRED;
    };
  }
}
