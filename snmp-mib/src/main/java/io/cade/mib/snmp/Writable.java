package io.cade.mib.snmp;

import io.cade.mib.ManagerRole;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.Variable;

/**
 * An instance that a SET names, below an object that can be written.
 *
 * @param role the least role that may write it: others do not have it in their write view
 * @param syntax what values the object takes
 * @param change what a value of that syntax comes to; null if the instance does not exist (rows are
 *     not created by SNMP)
 */
record Writable(ManagerRole role, Syntax syntax, @Nullable Function<Variable, Written> change) {}
