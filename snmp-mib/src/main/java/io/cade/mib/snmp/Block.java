package io.cade.mib.snmp;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/**
 * A run of objects in OID order: some scalars or one table. What it shows does not change while it
 * is used.
 */
interface Block {
  /** The value of an instance, null if there is no such instance. */
  @Nullable Variable get(OID instance, Instant now);

  /**
   * Whether the OID lies below an object of this block: the instance is missing then, not the
   * object.
   */
  boolean covers(OID oid);

  /**
   * The first instance after {@code from} (or at it, if {@code inclusive}), null if there is none.
   */
  @Nullable VariableBinding next(OID from, boolean inclusive, Instant now);

  /** What a SET may do at this name; null if no object that covers it can be written. */
  default @Nullable Writable writable(OID instance) {
    return null;
  }

  // ---- the same for encoded answers, by position: instances in OID order have positions from 0
  // ----

  /** How many instances there are. */
  int size();

  /** The position of the instance with the first {@code length} of these arcs, -1 for none. */
  int find(int[] arcs, int length);

  /**
   * The position of the first instance after these arcs (or at them, if {@code inclusive}), -1 for
   * none.
   */
  int after(int[] arcs, int length, boolean inclusive);

  /** The encoded variable binding at a position. Not to be changed. */
  byte[] encoded(int position, Instant now);
}
