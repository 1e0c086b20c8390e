package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import java.util.concurrent.atomic.AtomicInteger;
import org.snmp4j.PDU;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.Variable;

/**
 * snmpSetSerialNo (RFC 3418), a TestAndIncr (RFC 2579): managers that SET at the same time put the
 * value they have read into their SET, and only the first of them succeeds. It starts at a random
 * value, so that a value from before a restart does not fit by chance. Thread-safe.
 */
final class SetSerial {
  static final String SET_GROUP = "1.3.6.1.6.3.1.1.6";
  private static final String SERIAL = SET_GROUP + ".1";

  private final AtomicInteger value;

  SetSerial(int first) {
    this.value = new AtomicInteger(first & Integer.MAX_VALUE);
  }

  ScalarBlock.Source source() {
    return new ScalarBlock.Source(
        SERIAL,
        () -> new Integer32(value.get()),
        new ScalarBlock.Writer(
            ManagerRole.TECHNICIAN, new Syntax.IntegerRange(0, Integer.MAX_VALUE), this::write));
  }

  private Written write(Variable asked) {
    int expected = asked.toInt();
    if (expected != value.get()) {
      return new Written.Refused(PDU.inconsistentValue);
    }
    int next = expected == Integer.MAX_VALUE ? 0 : expected + 1;
    // Undone only if no later SET has counted on.
    return new Written.Local(
        () -> value.compareAndSet(expected, next), () -> value.compareAndSet(next, expected));
  }
}
