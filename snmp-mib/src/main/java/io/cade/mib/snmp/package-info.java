/** The SNMP agent and the sender of notifications, on SNMP4J. */
@NullMarked
package io.cade.mib.snmp;

import org.jspecify.annotations.NullMarked;
