package io.cade.mib.snmp;

import io.cade.mib.MibOids;
import java.util.List;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.TimeTicks;

/**
 * sysORTable (RFC 3418): the modules that this agent serves, which managers read to find out what
 * to ask for. All are there from its start.
 */
final class Capabilities {
  private static final String ENTRY = EngineFrames.SYSTEM + ".9.1";

  private record Row(int index, String module, String description) {}

  private static final List<Row> MODULES =
      List.of(
          new Row(1, "1.3.6.1.6.3.1", "SNMPv2-MIB (RFC 3418)"),
          new Row(2, "1.3.6.1.6.3.10.3.1.1", "SNMP-FRAMEWORK-MIB (RFC 3411)"),
          new Row(3, "1.3.6.1.6.3.11.3.1.1", "SNMP-MPD-MIB (RFC 3412)"),
          new Row(4, "1.3.6.1.6.3.15.2.1.1", "SNMP-USER-BASED-SM-MIB, statistics (RFC 3414)"),
          new Row(5, HostShapes.IF_MIB, "IF-MIB of the engine's computer (RFC 2863)"),
          new Row(6, HostShapes.HOST, "HOST-RESOURCES-MIB of the engine's computer (RFC 2790)"),
          new Row(7, EntityShapes.ENTITY_MIB, "ENTITY-MIB of the cabinet (RFC 6933)"),
          new Row(8, EntityShapes.ENTITY_SENSOR_MIB, "ENTITY-SENSOR-MIB (RFC 3433)"),
          new Row(9, EntityShapes.ENTITY_STATE_MIB, "ENTITY-STATE-MIB (RFC 4268)"),
          new Row(10, MibOids.CADE_CABINET_MIB, "CADE-CABINET-MIB: chassis, cards, sensors"),
          new Row(11, MibOids.CADE_SERVICE_MIB, "CADE-SERVICE-MIB: services, back ends, proxies"),
          new Row(12, MibOids.CADE_ALARM_MIB, "CADE-ALARM-MIB: alarms and notifications"),
          new Row(13, MibOids.CADE_BOOT_MIB, "CADE-BOOT-MIB: DHCP, TFTP and HTTP boot"),
          new Row(14, MibOids.CADE_HARDWARE_MIB, "CADE-HARDWARE-MIB: slots, power, fans, disks"),
          new Row(15, MibOids.CADE_TRAFFIC_MIB, "CADE-TRAFFIC-MIB: billing, proxies' statistics"),
          new Row(16, MibOids.CADE_UPDATE_MIB, "CADE-UPDATE-MIB: images, versions and rollouts"));

  private Capabilities() {}

  static Block table() {
    return new TableBlock<>(
        Shapes.<Row>shape(
            ENTRY,
            r -> new int[] {r.index()},
            List.of(
                Shapes.column(ENTRY + ".2", r -> new OID(r.module())),
                Shapes.column(ENTRY + ".3", r -> Values.text(r.description())),
                Shapes.column(ENTRY + ".4", r -> new TimeTicks(0)))),
        MODULES);
  }
}
