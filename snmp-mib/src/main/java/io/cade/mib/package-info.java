/**
 * What the cabinet shows over SNMP: the MIB files, the OIDs and enumerations generated from them,
 * and the read-only view that the engine implements.
 */
@NullMarked
package io.cade.mib;

import org.jspecify.annotations.NullMarked;
