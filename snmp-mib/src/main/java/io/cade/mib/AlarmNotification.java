package io.cade.mib;

import org.jspecify.annotations.Nullable;

/**
 * One notification.
 *
 * @param sequence number of the notification, from 1, the same each time it is sent again; of a
 *     heartbeat the last number given, which may be 0
 * @param kind what is told
 * @param alarm the alarm; a {@link Kind#CLEARED} is sent with the severity cleared, whatever this
 *     row says; null when it is about none
 * @param text of a notification that is not about an alarm's beginning, change or end; else empty
 */
public record AlarmNotification(long sequence, Kind kind, @Nullable AlarmRow alarm, String text) {
  /** What is told. */
  public enum Kind {
    /** The alarm begins: cadeAlarmRaised. */
    RAISED(MibOids.CADE_ALARM_RAISED),
    /** The alarm ends: cadeAlarmCleared. */
    CLEARED(MibOids.CADE_ALARM_CLEARED),
    /** The alarm has another severity: cadeAlarmChanged. */
    CHANGED(MibOids.CADE_ALARM_CHANGED),
    /** A rule wants it known: cadeAlarmRuleNotification. */
    RULE(MibOids.CADE_ALARM_RULE_NOTIFICATION),
    /** Somebody tries the way: cadeTestNotification. */
    TEST(MibOids.CADE_TEST_NOTIFICATION),
    /** The engine lives: cadeHeartbeat. */
    HEARTBEAT(MibOids.CADE_HEARTBEAT),
    /** SNMPv2-MIB's coldStart. */
    COLD_START("1.3.6.1.6.3.1.1.5.1"),
    /** SNMPv2-MIB's warmStart. */
    WARM_START("1.3.6.1.6.3.1.1.5.2"),
    /** SNMPv2-MIB's authenticationFailure. */
    AUTHENTICATION_FAILURE("1.3.6.1.6.3.1.1.5.5"),
    /** ENTITY-MIB's entConfigChange. */
    CONFIGURATION_CHANGE("1.3.6.1.2.1.47.2.0.1");

    private final String oid;

    Kind(String oid) {
      this.oid = oid;
    }

    /** Value of snmpTrapOID.0. */
    public String oid() {
      return oid;
    }
  }

  public AlarmNotification {
    Checks.range("sequence", sequence, kind == Kind.HEARTBEAT ? 0 : 1, Long.MAX_VALUE);
    boolean about = kind == Kind.RAISED || kind == Kind.CLEARED || kind == Kind.CHANGED;
    if (about && alarm == null) {
      throw new IllegalArgumentException(kind + " is about an alarm");
    }
  }

  /** The beginning or end of an alarm. */
  public AlarmNotification(long sequence, Kind kind, AlarmRow alarm) {
    this(sequence, kind, alarm, "");
  }
}
