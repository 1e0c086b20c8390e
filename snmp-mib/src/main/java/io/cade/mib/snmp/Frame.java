package io.cade.mib.snmp;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.Null;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/**
 * All objects of a subtree at one moment. A request is answered from one frame, so that its values
 * agree.
 *
 * @param now the moment, from which ages are counted
 * @param blocks blocks in OID order, none within another
 */
record Frame(Instant now, List<? extends Block> blocks) {

  /** The value, or noSuchInstance or noSuchObject as RFC 3416 section 4.2.1 has it. */
  Variable get(OID instance) {
    for (Block block : blocks) {
      if (block.covers(instance)) {
        Variable value = block.get(instance, now);
        return value != null ? value : Null.noSuchInstance;
      }
    }
    return Null.noSuchObject;
  }

  /** What a SET may do at this name; null if no object that covers it can be written. */
  @Nullable Writable writable(OID instance) {
    for (Block block : blocks) {
      if (block.covers(instance)) {
        return block.writable(instance);
      }
    }
    return null;
  }

  @Nullable VariableBinding next(OID from, boolean inclusive) {
    for (Block block : blocks) {
      VariableBinding found = block.next(from, inclusive, now);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
