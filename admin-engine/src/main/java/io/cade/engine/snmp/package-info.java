/**
 * The engine's side of SNMP: rows for the agent's tables, and the durable queue of notifications.
 */
@NullMarked
package io.cade.engine.snmp;

import org.jspecify.annotations.NullMarked;
