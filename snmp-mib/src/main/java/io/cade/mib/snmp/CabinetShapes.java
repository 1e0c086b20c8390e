package io.cade.mib.snmp;

import static io.cade.mib.snmp.Shapes.column;
import static io.cade.mib.snmp.Shapes.shape;
import static io.cade.mib.snmp.Values.age;
import static io.cade.mib.snmp.Values.dateAndTime;
import static io.cade.mib.snmp.Values.names;
import static io.cade.mib.snmp.Values.text;

import io.cade.mib.AlarmRow;
import io.cade.mib.BackendRow;
import io.cade.mib.BootCounterRow;
import io.cade.mib.CardRow;
import io.cade.mib.ChassisRow;
import io.cade.mib.MibOids;
import io.cade.mib.ProxyRow;
import io.cade.mib.SensorRow;
import io.cade.mib.ServiceRow;
import java.util.List;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Gauge32;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OctetString;

/** Which column of the MIB shows which part of a row. */
final class CabinetShapes {
  private CabinetShapes() {}

  static TableBlock.Shape<ChassisRow> chassis() {
    return shape(
        MibOids.CADE_CHASSIS_ENTRY,
        r -> new int[] {r.chassis()},
        List.of(
            column(MibOids.CADE_CHASSIS_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_CHASSIS_PRESENT_CARDS, r -> new Gauge32(r.presentCards())),
            column(MibOids.CADE_CHASSIS_READER_SLOT, r -> new Integer32(r.readerSlot()))));
  }

  static TableBlock.Shape<CardRow> cards() {
    return shape(
        MibOids.CADE_CARD_ENTRY,
        r -> new int[] {r.chassis(), r.slot()},
        List.of(
            column(MibOids.CADE_CARD_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_CARD_MAC_ADDRESS, r -> new OctetString(r.macOctets())),
            column(
                MibOids.CADE_CARD_INTERNAL_ADDRESS_TYPE,
                r -> Values.addressType(r.internalAddress())),
            column(MibOids.CADE_CARD_INTERNAL_ADDRESS, r -> Values.address(r.internalAddress())),
            column(MibOids.CADE_CARD_SERIAL_NUMBER, r -> text(r.serialNumber())),
            column(MibOids.CADE_CARD_MODEL, r -> text(r.model())),
            column(MibOids.CADE_CARD_SOFTWARE_VERSION, r -> text(r.softwareVersion())),
            column(MibOids.CADE_CARD_SERVICE_NAME, r -> text(r.serviceName())),
            column(MibOids.CADE_CARD_LAST_REPORT_AGE, (r, now) -> age(r.lastReport(), now))));
  }

  static TableBlock.Shape<SensorRow> sensors() {
    return shape(
        MibOids.CADE_SENSOR_ENTRY,
        r -> new int[] {r.chassis(), r.slot(), r.sensor()},
        List.of(
            column(MibOids.CADE_SENSOR_NAME, r -> text(r.name())),
            column(MibOids.CADE_SENSOR_TYPE, r -> new Integer32(r.type().code())),
            column(MibOids.CADE_SENSOR_SCALE, r -> new Integer32(r.scale().code())),
            column(MibOids.CADE_SENSOR_PRECISION, r -> new Integer32(r.precision())),
            column(MibOids.CADE_SENSOR_VALUE, r -> new Integer32(r.value())),
            column(MibOids.CADE_SENSOR_STATUS, r -> new Integer32(r.status().code())),
            column(MibOids.CADE_SENSOR_LAST_UPDATE, r -> dateAndTime(r.lastUpdate()))));
  }

  static TableBlock.Shape<ServiceRow> services() {
    return shape(
        MibOids.CADE_SERVICE_ENTRY,
        r -> new int[] {r.index()},
        List.of(
            column(MibOids.CADE_SERVICE_NAME, r -> text(r.name())),
            column(MibOids.CADE_SERVICE_HOST_NAMES, r -> names(r.hostNames())),
            column(MibOids.CADE_SERVICE_PHASE, r -> new Integer32(r.phase().code())),
            column(MibOids.CADE_SERVICE_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_SERVICE_WANTED_CARDS, r -> new Gauge32(r.wantedCards())),
            column(MibOids.CADE_SERVICE_RUNNING_CARDS, r -> new Gauge32(r.runningCards()))));
  }

  static TableBlock.Shape<BackendRow> backends() {
    return shape(
        MibOids.CADE_BACKEND_ENTRY,
        r -> new int[] {r.service(), r.chassis(), r.slot()},
        List.of(
            column(MibOids.CADE_BACKEND_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_BACKEND_STATE_CHANGE, r -> dateAndTime(r.stateSince()))));
  }

  static TableBlock.Shape<ProxyRow> proxies() {
    return shape(
        MibOids.CADE_PROXY_ENTRY,
        r -> new int[] {r.index()},
        List.of(
            column(MibOids.CADE_PROXY_NAME, r -> text(r.name())),
            column(MibOids.CADE_PROXY_ROLE, r -> new Integer32(r.role().code())),
            column(MibOids.CADE_PROXY_STATE, r -> new Integer32(r.state().code())),
            column(MibOids.CADE_PROXY_ROUTE_REVISION, r -> new Counter64(r.routeRevision())),
            column(MibOids.CADE_PROXY_CONNECTIONS, r -> new Gauge32(r.connections())),
            column(MibOids.CADE_PROXY_REQUESTS, r -> new Counter64(r.requests())),
            column(MibOids.CADE_PROXY_LAST_REPORT_AGE, (r, now) -> age(r.lastReport(), now))));
  }

  static TableBlock.Shape<BootCounterRow> bootCounters() {
    return shape(
        MibOids.CADE_BOOT_COUNTER_ENTRY,
        r -> new int[] {r.group().code(), r.number()},
        List.of(
            column(MibOids.CADE_BOOT_COUNTER_NAME, r -> text(r.name())),
            column(MibOids.CADE_BOOT_COUNTER_VALUE, r -> new Counter64(r.value()))));
  }

  static TableBlock.Shape<AlarmRow> alarms() {
    return shape(
        MibOids.CADE_ALARM_ACTIVE_ENTRY,
        r -> new int[] {(int) r.sequence()},
        List.of(
            column(MibOids.CADE_ALARM_SOURCE, r -> text(r.source())),
            column(MibOids.CADE_ALARM_TYPE, r -> text(r.type())),
            column(MibOids.CADE_ALARM_SEVERITY, r -> new Integer32(r.severity().code())),
            column(MibOids.CADE_ALARM_PROBABLE_CAUSE, r -> new Integer32(r.probableCause().code())),
            column(MibOids.CADE_ALARM_TEXT, r -> text(r.text())),
            column(MibOids.CADE_ALARM_RAISED_TIME, r -> dateAndTime(r.raised()))));
  }
}
