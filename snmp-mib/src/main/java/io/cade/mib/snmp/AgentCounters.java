package io.cade.mib.snmp;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.snmp4j.event.CounterEvent;
import org.snmp4j.event.CounterListener;
import org.snmp4j.smi.Counter32;
import org.snmp4j.smi.OID;

/**
 * Counters of the SNMP engine (RFC 3418, 3412, 3414). As many as SNMP4J knows, some two dozen.
 * Thread-safe.
 */
final class AgentCounters implements CounterListener {
  private final Map<OID, AtomicLong> counters = new ConcurrentHashMap<>();

  /** Counts, and tells the event the new value: USM puts it into its reports. */
  @Override
  public void incrementCounter(CounterEvent event) {
    long value =
        counters
            .computeIfAbsent(event.getOid(), oid -> new AtomicLong())
            .addAndGet(event.getIncrement());
    event.setCurrentValue(counter(value));
  }

  /** Counts one, and answers the new value. */
  Counter32 count(OID instance) {
    return counter(counters.computeIfAbsent(instance, oid -> new AtomicLong()).incrementAndGet());
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
