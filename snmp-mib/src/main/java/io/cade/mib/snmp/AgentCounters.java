package io.cade.mib.snmp;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.snmp4j.PDU;
import org.snmp4j.event.CounterEvent;
import org.snmp4j.event.CounterListener;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.smi.Counter32;
import org.snmp4j.smi.OID;

/**
 * Counters of the SNMP engine (RFC 3418, 3412, 3414). As many as SNMP4J knows, some two dozen.
 * Thread-safe.
 */
final class AgentCounters implements CounterListener {
  // Obsolete in RFC 3418, and still what many managers draw.
  static final OID OUT_PACKETS = new OID(EngineFrames.SNMP + ".2.0");
  static final OID IN_VARIABLES = new OID(EngineFrames.SNMP + ".13.0");
  static final OID IN_GETS = new OID(EngineFrames.SNMP + ".15.0");
  static final OID IN_NEXTS = new OID(EngineFrames.SNMP + ".16.0");
  static final OID IN_SETS = new OID(EngineFrames.SNMP + ".17.0");
  static final OID OUT_RESPONSES = new OID(EngineFrames.SNMP + ".28.0");

  // SNMP-TLS-TM-MIB (RFC 6353), as far as an agent that is only asked counts.
  static final OID TLS_OPEN_ERRORS = new OID(EngineFrames.TLS_STATISTICS + ".3.0");
  static final OID TLS_ACCEPTS = new OID(EngineFrames.TLS_STATISTICS + ".4.0");
  static final OID TLS_SERVER_CLOSES = new OID(EngineFrames.TLS_STATISTICS + ".5.0");
  static final OID TLS_INVALID_CLIENT_CERTIFICATES = new OID(EngineFrames.TLS_STATISTICS + ".7.0");

  private final Map<OID, AtomicLong> counters = new ConcurrentHashMap<>();

  // What every request counts, without a look into the map.
  final AtomicLong inPackets = of(SnmpConstants.snmpInPkts);
  final AtomicLong outPackets = of(OUT_PACKETS);
  final AtomicLong inVariables = of(IN_VARIABLES);
  final AtomicLong inGets = of(IN_GETS);
  final AtomicLong inNexts = of(IN_NEXTS);
  final AtomicLong inSets = of(IN_SETS);
  final AtomicLong outResponses = of(OUT_RESPONSES);

  /** Counts, and tells the event the new value: USM puts it into its reports. */
  @Override
  public void incrementCounter(CounterEvent event) {
    long value =
        counters
            .computeIfAbsent(event.getOid(), oid -> new AtomicLong())
            .addAndGet(event.getIncrement());
    event.setCurrentValue(counter(value));
  }

  /** A request that is answered: what it was and how many variable bindings it had. */
  void request(int type, int bindings) {
    inVariables.addAndGet(bindings);
    switch (type) {
      case PDU.GET -> inGets.incrementAndGet();
      case PDU.GETNEXT, PDU.GETBULK -> inNexts.incrementAndGet();
      case PDU.SET -> inSets.incrementAndGet();
      default -> {}
    }
  }

  void response() {
    outPackets.incrementAndGet();
    outResponses.incrementAndGet();
  }

  private AtomicLong of(OID instance) {
    return counters.computeIfAbsent(instance, oid -> new AtomicLong());
  }

  /** Counts one, and answers the new value. */
  Counter32 count(OID instance) {
    return counter(counters.computeIfAbsent(instance, oid -> new AtomicLong()).incrementAndGet());
  }

  /**
   * For SNMP4J's dispatcher, which counts what it cannot parse as snmpInvalidMsgs, where RFC 3412
   * section 4.2.1 has snmpInASNParseErrs.
   */
  CounterListener parseErrors() {
    return event -> {
      if (event.getOid().equals(SnmpConstants.snmpInvalidMsgs)) {
        count(SnmpConstants.snmpInASNParseErrs);
      } else {
        incrementCounter(event);
      }
    };
  }

  /** The value of a counter, by its OID with the instance. */
  Counter32 value(OID instance) {
    AtomicLong counter = counters.get(instance);
    return counter(counter == null ? 0 : counter.get());
  }

  private static Counter32 counter(long value) {
    return new Counter32(value & 0xFFFF_FFFFL);
  }
}
