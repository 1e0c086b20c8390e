package io.cade.mib.snmp;

import io.cade.mib.AlarmNotification;
import io.cade.mib.AlarmRow;
import io.cade.mib.MibOids;
import io.cade.mib.PerceivedSeverity;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.snmp4j.PDU;
import org.snmp4j.PDUv1;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.IpAddress;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.UnsignedInteger32;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/** Notifications as PDUs. Pure. */
final class NotificationPdus {
  private static final OID STANDARD_TRAPS = new OID("1.3.6.1.6.3.1.1.5");
  private static final int ENTERPRISE_SPECIFIC = 6;

  private NotificationPdus() {}

  /** Fills a PDU of SNMPv2 (RFC 3416 section 4.2.6: these two first). */
  static void fill(PDU pdu, AlarmNotification notification, Duration upTime) {
    pdu.add(new VariableBinding(SnmpConstants.sysUpTime, Values.ticks(upTime)));
    pdu.add(new VariableBinding(SnmpConstants.snmpTrapOID, new OID(notification.kind().oid())));
    pdu.addAll(objects(notification, false));
  }

  /**
   * A trap of SNMPv1 by the rules of RFC 3584 section 3.2. Its number is a 32-bit one, because
   * SNMPv1 has no Counter64.
   *
   * @param agent address of this agent; 0.0.0.0 stands for one that SNMPv1 cannot write
   */
  static PDUv1 version1(AlarmNotification notification, Duration upTime, InetAddress agent) {
    var pdu = new PDUv1();
    OID trap = new OID(notification.kind().oid());
    if (trap.startsWith(STANDARD_TRAPS) && trap.size() == STANDARD_TRAPS.size() + 1) {
      pdu.setEnterprise(STANDARD_TRAPS);
      pdu.setGenericTrap(trap.last() - 1);
      pdu.setSpecificTrap(0);
    } else {
      // The last part is the number; a zero before it belongs to SNMPv2 alone.
      int[] arcs = trap.getValue();
      int drop = arcs[arcs.length - 2] == 0 ? 2 : 1;
      pdu.setEnterprise(new OID(arcs, 0, arcs.length - drop));
      pdu.setGenericTrap(ENTERPRISE_SPECIFIC);
      pdu.setSpecificTrap(trap.last());
    }
    pdu.setAgentAddress(
        new IpAddress(agent instanceof Inet4Address ? agent : InetAddress.ofLiteral("0.0.0.0")));
    pdu.setTimestamp(Values.ticks(upTime).toLong());
    pdu.addAll(objects(notification, true));
    return pdu;
  }

  private static List<VariableBinding> objects(AlarmNotification notification, boolean version1) {
    List<VariableBinding> all = new ArrayList<>();
    AlarmRow alarm = notification.alarm();
    if (alarm != null) {
      boolean cleared = notification.kind() == AlarmNotification.Kind.CLEARED;
      PerceivedSeverity severity = cleared ? PerceivedSeverity.CLEARED : alarm.severity();
      long row = alarm.sequence();
      add(all, MibOids.CADE_ALARM_NOTIFICATION_ALARM, 0, new UnsignedInteger32(row));
      add(all, MibOids.CADE_ALARM_TYPE, row, Values.text(alarm.type()));
      add(all, MibOids.CADE_ALARM_SOURCE, row, Values.text(alarm.source()));
      add(all, MibOids.CADE_ALARM_SEVERITY, row, new Integer32(severity.code()));
      add(all, MibOids.CADE_ALARM_PROBABLE_CAUSE, row, new Integer32(alarm.probableCause().code()));
      add(all, MibOids.CADE_ALARM_TEXT, row, Values.text(alarm.text()));
    }
    if (!notification.text().isEmpty()) {
      add(all, MibOids.CADE_ALARM_NOTIFICATION_TEXT, 0, Values.text(notification.text()));
    }
    if (version1) {
      add(
          all,
          MibOids.CADE_ALARM_NOTIFICATION_SEQUENCE32,
          0,
          new UnsignedInteger32(notification.sequence() & 0xFFFF_FFFFL));
    } else {
      add(all, MibOids.CADE_ALARM_NOTIFICATION_SEQUENCE, 0, new Counter64(notification.sequence()));
    }
    return all;
  }

  private static void add(List<VariableBinding> to, String object, long index, Variable value) {
    to.add(new VariableBinding(new OID(object).append((int) index), value));
  }
}
