package io.cade.mib.snmp;

import static io.cade.mib.snmp.Shapes.truth;
import static io.cade.mib.snmp.Values.text;

import io.cade.mib.SensorRow;
import io.cade.mib.SensorStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.Variable;

/**
 * ENTITY-MIB (RFC 6933), ENTITY-SENSOR-MIB (RFC 3433) and ENTITY-STATE-MIB (RFC 4268) as far as a
 * cabinet has something to say. Left out: entLogicalTable and entLPMappingTable (one agent, one
 * naming scope), entAliasMappingTable (cards have no interfaces that this agent shows).
 */
final class EntityShapes {
  static final String ENTITY_MIB = "1.3.6.1.2.1.47";
  static final String ENTITY_SENSOR_MIB = "1.3.6.1.2.1.99";
  static final String ENTITY_STATE_MIB = "1.3.6.1.2.1.131";
  static final String LAST_CHANGE_TIME = ENTITY_MIB + ".1.4.1";

  private static final String PHYSICAL = ENTITY_MIB + ".1.1.1.1";
  private static final String CONTAINS = ENTITY_MIB + ".1.3.3.1";
  private static final String SENSOR = ENTITY_SENSOR_MIB + ".1.1.1";
  private static final String STATE = ENTITY_STATE_MIB + ".1.1.1";

  private EntityShapes() {}

  static TableBlock.Shape<EntityRow> physical() {
    return Shapes.shape(
        PHYSICAL,
        r -> new int[] {r.index()},
        List.of(
            Shapes.column(PHYSICAL + ".2", r -> text(r.description())),
            Shapes.column(PHYSICAL + ".3", r -> new OID(r.kind().type())),
            Shapes.column(PHYSICAL + ".4", r -> new Integer32(r.parent())),
            Shapes.column(PHYSICAL + ".5", r -> new Integer32(r.kind().code())),
            Shapes.column(PHYSICAL + ".6", r -> new Integer32(r.position())),
            Shapes.column(PHYSICAL + ".7", r -> text(r.name())),
            Shapes.column(PHYSICAL + ".8", r -> new OctetString()),
            Shapes.column(PHYSICAL + ".9", r -> new OctetString()),
            Shapes.column(PHYSICAL + ".10", r -> text(r.software())),
            Shapes.column(PHYSICAL + ".11", r -> text(r.serialNumber())),
            Shapes.column(PHYSICAL + ".12", r -> text(r.manufacturer())),
            Shapes.column(PHYSICAL + ".13", r -> text(r.model())),
            Shapes.column(PHYSICAL + ".14", r -> new OctetString()),
            Shapes.column(PHYSICAL + ".15", r -> new OctetString()),
            Shapes.column(PHYSICAL + ".16", r -> truth(r.kind().replaceable()))));
  }

  static TableBlock.Shape<EntityTree.Containment> contains() {
    return Shapes.shape(
        CONTAINS,
        r -> new int[] {r.parent(), r.child()},
        List.of(Shapes.column(CONTAINS + ".1", r -> new Integer32(r.child()))));
  }

  /**
   * @param started when sysUpTime was 0
   */
  static TableBlock.Shape<SensorRow> sensors(Instant started) {
    return Shapes.shape(
        SENSOR,
        r -> new int[] {EntityIndex.sensor(r.chassis(), r.slot(), r.sensor())},
        List.of(
            Shapes.column(SENSOR + ".1", r -> new Integer32(r.type().code())),
            Shapes.column(SENSOR + ".2", r -> new Integer32(r.scale().code())),
            Shapes.column(SENSOR + ".3", r -> new Integer32(r.precision())),
            Shapes.column(SENSOR + ".4", EntityShapes::value),
            Shapes.column(SENSOR + ".5", r -> new Integer32(status(r))),
            Shapes.column(SENSOR + ".6", r -> text(units(r))),
            Shapes.column(SENSOR + ".7", r -> Values.ticksAt(r.lastUpdate(), started)),
            // 0: the period is the engine's to choose and differs from card to card.
            Shapes.column(SENSOR + ".8", r -> new org.snmp4j.smi.Gauge32(0))));
  }

  /** EntitySensorValue holds ±1,000,000,000; those bounds stand for what is beyond (RFC 3433). */
  private static Variable value(SensorRow sensor) {
    return new Integer32(Math.clamp(sensor.value(), -1_000_000_000, 1_000_000_000));
  }

  /** EntitySensorStatus: ok(1), unavailable(2). Beyond a limit is still a good reading. */
  private static int status(SensorRow sensor) {
    return sensor.status() == SensorStatus.UNAVAILABLE ? 2 : 1;
  }

  private static String units(SensorRow sensor) {
    return switch (sensor.type()) {
      case VOLTS_AC, VOLTS_DC -> "volts";
      case AMPERES -> "amperes";
      case WATTS -> "watts";
      case HERTZ -> "hertz";
      case CELSIUS -> "degrees Celsius";
      case PERCENT_RH -> "percent relative humidity";
      case RPM -> "revolutions per minute";
      case CMM -> "cubic metres per minute";
      case TRUTHVALUE -> "true(1) or false(2)";
      case OTHER, UNKNOWN -> "";
    };
  }

  static TableBlock.Shape<EntityStates.Row> states() {
    return Shapes.shape(
        STATE,
        r -> new int[] {r.index()},
        List.of(
            Shapes.column(STATE + ".1", r -> Values.dateAndTime(r.changed())),
            Shapes.column(STATE + ".2", r -> new Integer32(r.admin())),
            Shapes.column(STATE + ".3", r -> new Integer32(r.oper())),
            Shapes.column(STATE + ".4", r -> new Integer32(r.usage())),
            Shapes.column(STATE + ".5", r -> new OctetString(new byte[] {r.alarms()})),
            Shapes.column(STATE + ".6", r -> new Integer32(r.standby()))));
  }

  /** TimeStamp of the last change of the parts. */
  static ScalarBlock lastChange(Duration upTime) {
    return new ScalarBlock(
        List.of(new ScalarBlock.Source(LAST_CHANGE_TIME, () -> Values.ticks(upTime))));
  }
}
